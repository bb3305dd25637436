import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { WrongUsage } from '../wrong-usage.ts'
import { accessOf } from './access.ts'
import type { Board } from './board.ts'
import { FAREWELL_MS, MOST_CONNECTIONS, REQUEST_MS } from './constants.ts'
import { createEventStreams, type Trust } from './event-streams.ts'
import { PAGE_PATHS, readPageFiles } from './page-files.ts'
import { inUrl, type Place } from './place.ts'
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
  await listen(server, place)
  const bound = server.address() as AddressInfo
  const isLoopback = /^(127\.|::1$|::ffff:127\.)/.test(bound.address)

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
    address: `http://${inUrl(reachedAt(place.host, bound))}:${bound.port}/${token}/`,
    isLoopback,
    async close() {
      const closed = once(server, 'close')
      server.close()
      streams.close()
      const patience = setTimeout(() => server.closeAllConnections(), FAREWELL_MS)
      server.closeIdleConnections()
      await closed
      clearTimeout(patience)
    },
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

async function listen(server: Server, { host, port }: Place): Promise<void> {
  try {
    server.listen({ host, port })
    await once(server, 'listening')
    // What goes wrong with one connection later is no reason to end what is looked at.
    server.on('error', () => {})
  } catch (error) {
    throw new WrongUsage(`--dashboard ${inUrl(host)}:${port}: ${whyNot(error as NodeJS.ErrnoException, port)}`)
  }
}

function whyNot({ code, message }: NodeJS.ErrnoException, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is taken by another program; take another one, or 0 for any that is free`
    case 'EACCES':
      return `this user may not listen on port ${port}; take one above 1023, or 0 for any that is free`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'that is no address of this machine; leave it out for this machine only, or take 0.0.0.0 for all its networks'
    default:
      return message
  }
}

/** Where others open what listens on all interfaces: at the first address that is not of this machine only. */
function reachedAt(host: string, { address }: AddressInfo): string {
  if (address !== '0.0.0.0' && address !== '::') return host
  const addresses = Object.values(networkInterfaces()).flatMap(each => each ?? [])
  return addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1'
}
