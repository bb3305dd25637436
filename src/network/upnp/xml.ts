/**
 * The text of the first element of this name that has nothing but text in it, whatever namespace it is of. No more is read of what routers send: much
 * of it is not well-formed.
 */
export function textOf(name: string, xml: string): string | undefined {
  const text = new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^<>]*)?>([^<]*)</`, 'i').exec(xml)?.[1].trim()
  return text?.replaceAll(/&(\w+);/g, (entity, known: string) => ENTITIES[known] ?? entity)
}

const ENTITIES: Readonly<Record<string, string | undefined>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** What follows each beginning of an element of this name, up to the next one. */
export function partsOf(name: string, xml: string): readonly string[] {
  return xml.split(new RegExp(`<(?:[\\w-]+:)?${name}[\\s>]`, 'i')).slice(1)
}
