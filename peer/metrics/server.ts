import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { REQUEST_MS } from '../serving/constants.ts'
import { closeServer, type Listening, listen } from '../serving/listen.ts'
import { isLocalName } from '../serving/local-name.ts'
import type { Place } from '../serving/place.ts'

/** Connections at once: one of Prometheus, one of each that looks after health, and a person's. */
const MOST_CONNECTIONS = 32

export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** What is served, by its path. */
export type Pages = Readonly<Record<string, () => Answer | Promise<Answer>>>

export interface PagesServer extends Listening {
  close(): Promise<void>
}

/**
 * Serves pages that are only to be looked at.
 *
 * @throws WrongUsage where nothing can listen there
 */
export async function servePages(pages: Pages, place: Place): Promise<PagesServer> {
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => void answer(request, response),
  )
  server.maxConnections = MOST_CONNECTIONS
  // Who does not read an answer keeps no place for others.
  server.setTimeout(REQUEST_MS)
  const listening = await listen(server, place, '--metrics')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume()
    const { status, type, text } = await answerTo(request).catch(failed)
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
    })
    response.end(request.method === 'HEAD' ? undefined : text)
  }

  async function answerTo({ method = 'GET', url = '/', headers: { host } }: IncomingMessage): Promise<Answer> {
    if (listening.isLoopback && !isLocalName(host)) {
      return plain(403, `${host ?? 'no host'} is no name of this machine here; ask for 127.0.0.1 or localhost`)
    }
    const path = url.split('?')[0] ?? ''
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined
    if (page === undefined) return plain(404, `nothing is here; there are ${Object.keys(pages).join(', ')}`)
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'this is only to be looked at, by GET or HEAD')
    return await page()
  }

  return { ...listening, close: () => closeServer(server) }
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', text: `${text}\n` }
}

/** What goes wrong with looking at a peer does not end it. */
function failed(error: unknown): Answer {
  return plain(500, `this is a bug of hearsay, please report it: ${error instanceof Error ? error.stack : error}`)
}
