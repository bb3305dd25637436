import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { REQUEST_MS } from '../serving/constants.ts'
import { closeServer, listen } from '../serving/listen.ts'
import type { Place } from '../serving/place.ts'
import { accessOf } from './access.ts'
import type { Board } from './board.ts'
import { MOST_CONNECTIONS } from './constants.ts'
import { createEventStreams, type Trust } from './event-streams.ts'
import { PAGE_PATHS, readPageFiles } from './page-files.ts'
import type { Whole } from './told.ts'

/** Nothing but the page itself, and nothing of it in a frame. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

const EVENTS = '/events'
const STOP = '/stop'
const HISTORY = '/history'

export interface DashboardServer {
  /** What a browser opens, with the token. */
  readonly address: string
  readonly isLoopback: boolean
  close(): Promise<void>
}

/**
 * Serves a board to browsers.
 *
 * @param stop called when somebody who has the token asks to stop
 * @throws WrongUsage where nothing can listen there
 */
export async function serveBoard(board: Board, place: Place, stop: () => void): Promise<DashboardServer> {
  const files = await readPageFiles()
  const token = randomBytes(16).toString('base64url')
  const known = new Set([...PAGE_PATHS, EVENTS, STOP, HISTORY].map(path => path.slice(1)))
  const streams = createEventStreams()
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, answer)
  server.maxConnections = MOST_CONNECTIONS
  const { origin, isLoopback } = await listen(server, place, '--dashboard')

  const trustOf = (hasToken: boolean): Trust => (hasToken ? 'all' : 'no secrets')
  const wholeFor = (trust: Trust): Whole => ({ ...board.whole(), mayStop: trust === 'all' })

  board.onNews(news => {
    streams.send(news.name, news.name === 'whole' ? wholeFor : () => news.told)
  })

  function answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume()
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const { method = 'GET', headers } = request
    const [pathname] = (request.url ?? '/').split('?')
    const access = accessOf({ path: pathname, headers }, { token, isLoopback, known })
    if (!access.granted) say(response, 403, access.why)
    else if (access.path === STOP) answerStop(method, access.hasToken, response)
    else if (method !== 'GET') say(response, 405, 'this is only to be looked at')
    else if (access.path === EVENTS) openStream(trustOf(access.hasToken), response)
    else if (access.path === HISTORY) sendHistory(response)
    else sendFile(access.path, response)
  }

  function answerStop(method: string, hasToken: boolean, response: ServerResponse): void {
    if (!hasToken) say(response, 403, 'stopping needs the token: open the address that the terminal shows')
    else if (method !== 'POST') say(response, 405, 'stopping is asked for by POST')
    else {
      say(response, 202, 'stopping')
      stop()
    }
  }

  function openStream(trust: Trust, response: ServerResponse): void {
    if (streams.open(response, trust, { name: 'whole', told: wholeFor(trust) })) return
    say(response, 503, 'too many pages look on already: close some')
  }

  function sendHistory(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(board.history()))
  }

  function sendFile(path: string, response: ServerResponse): void {
    const file = files.get(path)
    // The page's own addresses are relative to its folder.
    if (path === '') response.writeHead(308, { location: `/${token}/` }).end()
    else if (file === undefined) say(response, 404, 'nothing is here')
    else response.writeHead(200, { 'content-type': file.type, 'content-length': file.content.length }).end(file.content)
  }

  return {
    address: `${origin}/${token}/`,
    isLoopback,
    async close() {
      const closed = closeServer(server)
      streams.close()
      await closed
    },
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
