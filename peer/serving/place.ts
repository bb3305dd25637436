import { InvalidArgumentError } from 'commander'

/** Where something is to listen for browsers and programs. */
export interface Place {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
}

/** Nobody else can look on there. */
const DEFAULT_HOST = '127.0.0.1'

/** `7070`, `0.0.0.0:7070` or `[::1]:7070`. */
export function placeOf(text: string): Place {
  const [, bracketed, name = bracketed ?? DEFAULT_HOST, digits] =
    /^(?:\[([\da-f:.]+)\]:|([^:[\]/\s]+):)?(\d{1,5})$/i.exec(text) ?? []
  const port = Number(digits)
  if (port <= 65_535) return { host: name, port }
  throw new InvalidArgumentError(
    'Expected a port such as 7070, or 0 for any that is free, or an address of this machine before it: 0.0.0.0:7070, [::1]:7070.',
  )
}

/** An address as it stands in a URL. */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
