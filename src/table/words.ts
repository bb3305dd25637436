/** A text as it is shown in a message: one line, of bounded length. */
export function quote(text: string): string {
  if (text === '') return 'an empty cell'
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** A column as it is named in a sentence; row names, as pandas and R write them, have none. */
export function quoteName(name: string): string {
  return name === '' ? 'the column without a name' : quote(name)
}

export function count(value: number): string {
  return value.toLocaleString('en')
}

/** `1 row`, `2,000 rows` */
export function counted(value: number, one: string): string {
  return `${count(value)} ${one}${value === 1 ? '' : 's'}`
}

/** Parts of a sentence, the first twenty of them. */
export function joined(parts: readonly string[]): string {
  const listed = parts.slice(0, 20)
  return `${listed.join(', ')}${parts.length > listed.length ? ` and ${count(parts.length - listed.length)} more` : ''}`
}
