/**
 * How figures are written for people.
 *
 * @packageDocumentation
 */

/** The end of a peer id, since all begin alike. */
export function shortPeer(peer: string): string {
  return peer.length > 8 ? `…${peer.slice(-6)}` : peer
}

export function shortHash(hash: string): string {
  return hash.slice(0, 12)
}

export function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`
}

/** A consensus distance: what matters is its magnitude. */
export function distance(value: number | null): string {
  if (value === null) return '–'
  return value === 0 ? '0' : value.toPrecision(2)
}

export function count(value: number): string {
  return value.toLocaleString('en')
}

export function counted(value: number, one: string): string {
  return `${count(value)} ${one}${value === 1 ? '' : 's'}`
}

export function kilobytes(bytes: number): string {
  return count(Math.round(bytes / 1e3))
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

export function bytes(value: number): string {
  if (value < 1e6) return `${kilobytes(value)} kB`
  return value < 1e9 ? `${megabytes(value)} MB` : `${(value / 1e9).toFixed(2)} GB`
}

export function seconds(value: number): string {
  if (value < 1) return `${value.toFixed(2)} s`
  if (value < 10) return `${value.toFixed(1)} s`
  if (value < 60) return `${Math.round(value)} s`
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`
}
