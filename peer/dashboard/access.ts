/**
 * Who may look at a dashboard, and who may stop what it shows.
 *
 * The token is the first part of the path, so whatever the page asks for carries it, and no script ever reads it. On the loopback interface
 * looking needs none; but a page of another site must not look either, neither by a name that it has turned to 127.0.0.1 (DNS rebinding), nor
 * by asking across origins.
 *
 * @packageDocumentation
 */

import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isLocalName } from '../serving/local-name.ts'

export interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export type Access =
  /** The path without the token. */
  | { readonly granted: true; readonly path: string; readonly hasToken: boolean }
  | { readonly granted: false; readonly why: string }

export interface AccessRules {
  readonly token: string
  /** Whether only this machine can connect. */
  readonly isLoopback: boolean
  /** The first parts of paths that are no token. */
  readonly known: ReadonlySet<string>
}

const refuse = (why: string): Access => ({ granted: false, why })

export function accessOf({ path, headers }: Asked, { token, isLoopback, known }: AccessRules): Access {
  if (comesFromElsewhere(headers)) return refuse('asked for by a page of another site')
  const [, first = '', rest] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? []
  if (isSame(first, token)) return { granted: true, path: rest ?? '', hasToken: true }
  if (!isLoopback) return refuse('open the address that the terminal shows: it has a token, which this one lacks')
  if (!isLocalName(headers.host)) {
    return refuse(`${headers.host ?? 'no host'} is no name of this machine here; open it as 127.0.0.1 or localhost`)
  }
  if (!known.has(first))
    return refuse('nothing is here, or the token is wrong: open the address that the terminal shows')
  return { granted: true, path, hasToken: false }
}

/** Compared in the same time wherever they differ; how long the token is is no secret. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Browsers say which page asks. Following a link to the dashboard is no harm: whoever made it does not see what it opens. */
function comesFromElsewhere({
  origin,
  host,
  'sec-fetch-site': site,
  'sec-fetch-mode': mode,
}: IncomingHttpHeaders): boolean {
  if (origin !== undefined && origin !== `http://${host}`) return true
  return (site === 'cross-site' || site === 'same-site') && mode !== 'navigate'
}
