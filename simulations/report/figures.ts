/**
 * How figures are written in a report.
 *
 * @packageDocumentation
 */

export function count(value: number): string {
  return value.toLocaleString('en')
}

export function counted(value: number, one: string): string {
  return `${count(value)} ${one}${value === 1 ? '' : 's'}`
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

/** A number of any magnitude, with as many digits as mean something. */
export function magnitude(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  return size >= 1e-3 && size < 1e5
    ? String(Number(value.toPrecision(3)))
    : value.toExponential(1).replace('.0e', 'e').replace('e+', 'e')
}

/** The unit of a plot's bytes, chosen so that the largest has few digits. */
export function byteUnit(largest: number): { readonly name: string; readonly bytes: number } {
  if (largest < 1e6) return { name: 'kB', bytes: 1e3 }
  return largest < 1e9 ? { name: 'MB', bytes: 1e6 } : { name: 'GB', bytes: 1e9 }
}

export function bytes(value: number): string {
  const unit = byteUnit(value)
  return `${magnitude(value / unit.bytes)} ${unit.name}`
}

export function seconds(value: number): string {
  if (value < 60) return `${magnitude(value)} s`
  return `${Math.floor(value / 60)} min ${Math.floor(value % 60)} s`
}
