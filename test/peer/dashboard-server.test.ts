import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterEach, expect, test } from 'vitest'
import { type Board, createBoard } from '../../peer/dashboard/board.ts'
import { MOST_LINES, MOST_PAGES, MOST_POINTS, MOST_WAITING_BYTES } from '../../peer/dashboard/constants.ts'
import { type DashboardServer, serveBoard } from '../../peer/dashboard/server.ts'
import type { Measured, Now, Whole } from '../../peer/dashboard/told.ts'
import { createThinned } from '../../peer/live/thinned.ts'
import { placeOf } from '../../peer/serving/place.ts'

const servers: DashboardServer[] = []
const requests: ClientRequest[] = []
afterEach(async () => {
  for (const one of requests.splice(0)) one.destroy()
  for (const server of servers.splice(0)) await server.close()
})

interface Served extends DashboardServer {
  readonly board: Board
  readonly stops: () => number
  readonly port: number
  readonly token: string
}

async function serve(place = '0'): Promise<Served> {
  const board = createBoard('peer')
  let stops = 0
  const server = await serveBoard(board, placeOf(place), () => void stops++)
  servers.push(server)
  const { port, pathname } = new URL(server.address)
  return { ...server, board, stops: () => stops, port: Number(port), token: pathname.slice(1, -1) }
}

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly host?: string
}

/** The beginning of an answer: that of a stream goes on. */
async function begin({ port }: Served, path: string, { method, headers, host }: Asked = {}): Promise<IncomingMessage> {
  const asked = request({ host: host ?? '127.0.0.1', port, path, method, headers })
  requests.push(asked)
  asked.end()
  const [answer] = await once(asked, 'response')
  return answer
}

async function ask(served: Served, path: string, asked: Asked = {}) {
  const answer = await begin(served, path, asked)
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  return { status: answer.statusCode, text, headers: answer.headers }
}

/** Events of a stream, as a browser would take them apart. */
async function* eventsOf(answer: IncomingMessage): AsyncGenerator<{ readonly name: string; readonly told: unknown }> {
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? []
      if (name !== undefined) yield { name, told: JSON.parse(data) }
    }
  }
}

async function next<Told>(events: AsyncGenerator<{ readonly name: string; readonly told: unknown }>, name: string) {
  for (;;) {
    const { value, done } = await events.next()
    if (done) throw new Error(`the stream ended without ${name}`)
    if (value.name === name) return value.told as Told
  }
}

const now: Omit<Now, 'at'> = {
  ...createBoard('peer').now(),
  phase: 'training',
  joining: { how: 'by', lines: ['hearsay peer --invite hearsay-invite-AbC_9-'] },
}

test.each([
  ['7070', '127.0.0.1', 7070],
  ['0', '127.0.0.1', 0],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['[::1]:7070', '::1', 7070],
  ['localhost:7070', 'localhost', 7070],
])('%s is a place', (text, host, port) => expect(placeOf(text)).toEqual({ host, port }))

test.each(['', ':', '70000', 'x', '7070x', '::1:7070', 'a:b:1', '127.0.0.1:', '127.0.0.1', '-1'])(
  '%j is no place, and what is one is said',
  text => expect(() => placeOf(text)).toThrow(/Expected a port such as 7070/),
)

test('the page and all that it loads is there, with and without the token, under a policy that lets in nothing else', async () => {
  const served = await serve()
  for (const folder of ['/', `/${served.token}/`]) {
    const page = await ask(served, folder)
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    const policy = page.headers['content-security-policy']
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).not.toMatch(/unsafe|http|\*/)
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file)
    expect(files).toContain('main.js')
    while (files.length > 0) {
      const file = files.pop() as string
      const { status, text } = await ask(served, folder + file)
      expect({ file, status }).toEqual({ file, status: 200 })
      if (file !== 'echarts.js') files.push(...[...text.matchAll(/from '\.\/([^']+)'/g)].map(([, other]) => other))
    }
  }
  expect(await ask(served, `/${served.token}`)).toMatchObject({
    status: 308,
    headers: { location: `/${served.token}/` },
  })
})

test.each([
  ['a wrong token', (token: string) => `/${'x'.repeat(token.length)}/`, {}],
  ['a longer token', (token: string) => `/${token}x/`, {}],
  ['the name of another site', () => '/events', { headers: { host: 'attacker.example' } }],
  ['a name that begins like this machine', () => '/', { headers: { host: '127.0.0.1.attacker.example' } }],
  ['a page of another site', (token: string) => `/${token}/events`, { headers: { origin: 'http://attacker.example' } }],
  ['a page of another port', () => '/events', { headers: { origin: 'http://127.0.0.1:1' } }],
  [
    'a picture on another site',
    () => '/icon.svg',
    { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } },
  ],
] as const)('%s is refused', async (_what, pathOf, asked) => {
  const served = await serve()
  expect(await ask(served, pathOf(served.token), asked)).toMatchObject({ status: 403 })
})

test('the other end of a tunnel, and a link on another site, may open it', async () => {
  const served = await serve()
  expect(await ask(served, '/', { headers: { host: 'localhost:9999' } })).toMatchObject({ status: 200 })
  const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  expect(await ask(served, '/', { headers: followed })).toMatchObject({ status: 200 })
})

test('stopping is a POST with the token, and nothing else', async () => {
  const served = await serve()
  const { token, stops } = served
  expect(await ask(served, '/stop', { method: 'POST' })).toMatchObject({ status: 403 })
  expect(await ask(served, `/${token}/stop`)).toMatchObject({ status: 405 })
  const elsewhere = { method: 'POST', headers: { origin: 'http://attacker.example' } }
  expect(await ask(served, `/${token}/stop`, elsewhere)).toMatchObject({ status: 403 })
  expect(await ask(served, `/${token}/`, { method: 'POST' })).toMatchObject({ status: 405 })
  expect(stops()).toBe(0)
  expect(await ask(served, `/${token}/stop`, { method: 'POST' })).toMatchObject({ status: 202 })
  expect(stops()).toBe(1)
})

const [elsewhere] = Object.values(networkInterfaces())
  .flatMap(each => each ?? [])
  .filter(({ internal, family }) => !internal && family === 'IPv4')

test.skipIf(elsewhere === undefined)('on another interface nothing is seen without the token (needs one)', async () => {
  const served = await serve('0.0.0.0:0')
  expect(served.isLoopback).toBe(false)
  expect(new URL(served.address).hostname).toBe(elsewhere.address)
  const from = { host: elsewhere.address }
  for (const path of ['/', '/events', '/main.js', '/stop', '/x/']) {
    expect(await ask(served, path, from), path).toMatchObject({ status: 403 })
  }
  expect(await ask(served, `/${served.token}/`, from)).toMatchObject({ status: 200 })
})

test('a page that opens late is told all that was, and then what comes', async () => {
  const served = await serve()
  served.board.introduce({
    what: 'peer',
    unit: 'seconds',
    title: 'peer …abc',
    recipe: { hearsay: '1' },
    facts: [['rule', 'dpsgd']],
    tellsExchanges: true,
  })
  served.board.measure({ loss: 2, accuracy: null, rmse: Number.NaN })
  served.board.log('line', 'before')
  served.board.become(now)
  const answer = await begin(served, `/${served.token}/events`)
  expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8')
  const events = eventsOf(answer)
  const whole = await next<Whole>(events, 'whole')
  expect(whole).toMatchObject({
    title: 'peer …abc',
    facts: [['rule', 'dpsgd']],
    mayStop: true,
    now: { phase: 'training' },
  })
  expect(Object.keys(whole.series)).toEqual(['loss'])
  expect(whole.log.map(({ text }) => text)).toEqual(['before'])
  served.board.measure({ loss: 1 })
  served.board.log('warning', 'line\nbreaks')
  expect(await next<Measured>(events, 'measured')).toMatchObject({ figures: { loss: 1 } })
  expect(await next(events, 'log')).toMatchObject({ kind: 'warning', text: 'line\nbreaks' })
})

test('an invitation is shown to those with the token only', async () => {
  const served = await serve()
  const [trusted, others] = await Promise.all([begin(served, `/${served.token}/events`), begin(served, '/events')])
  const streams = [eventsOf(trusted), eventsOf(others)]
  for (const events of streams) await next(events, 'whole')
  served.board.become(now)
  const [all, some] = await Promise.all(streams.map(events => next<Now>(events, 'now')))
  expect(all.joining?.lines).toEqual(now.joining?.lines)
  expect(some.joining?.lines).toEqual(['hearsay peer --invite INVITATION'])
  served.board.log('command', 'hearsay peer --invite hearsay-invite-AbC_9-')
  expect(await next(streams[1], 'log')).toMatchObject({ text: 'hearsay peer --invite INVITATION' })
  expect((await next<Whole>(eventsOf(await begin(served, '/events')), 'whole')).mayStop).toBe(false)
})

test('a page that reads nothing is dropped, and the others are told on', async () => {
  const served = await serve()
  const [stuck, well] = await Promise.all([begin(served, '/events'), begin(served, '/events')])
  stuck.pause()
  const events = eventsOf(well)
  const dropped = once(stuck.socket, 'close')
  let [told, heard] = [0, 0]
  // What the system holds for a socket comes on top.
  while (!stuck.socket.destroyed && told < 64 * MOST_WAITING_BYTES) {
    served.board.log('line', String(told).padEnd(6_000, '.'))
    told += 6_000
    await next(events, 'log')
    heard += 6_000
    // The end of the connection is seen by whoever reads.
    if (told > 32 * MOST_WAITING_BYTES) stuck.resume()
  }
  await dropped
  expect(heard).toBe(told)
}, 120_000)

test('more pages than there are places are refused, and one that leaves makes room', async () => {
  const served = await serve()
  const opened = await Promise.all(Array.from({ length: MOST_PAGES }, () => begin(served, '/events')))
  expect(await ask(served, '/events')).toMatchObject({ status: 503 })
  opened[0].destroy()
  await expect.poll(async () => (await begin(served, '/events')).statusCode).toBe(200)
})

test('a port that is taken, and an address that is not of this machine, say what to do', async () => {
  const { port } = await serve()
  await expect(serve(String(port))).rejects.toThrow(
    `--dashboard 127.0.0.1:${port}: port ${port} is taken by another program; take another one, or 0 for any that is free`,
  )
  await expect(serve('192.0.2.1:0')).rejects.toThrow(/that is no address of this machine; leave it out/)
})

test('of a long run the first and the newest figures are kept, and those between evenly', () => {
  const thinned = createThinned<number>(MOST_POINTS)
  for (let added = 1; added <= 100_000; added++) {
    thinned.add(added)
    const kept = thinned.all()
    if (kept.length > MOST_POINTS || kept[0] !== 1 || kept.at(-1) !== added) throw new Error(`wrong after ${added}`)
  }
  const kept = thinned.all()
  expect(kept.length).toBeGreaterThan(MOST_POINTS / 2 - 1)
  const gaps = new Set(kept.slice(1, -1).map((item, i) => item - kept[i]))
  expect(gaps.size).toBe(1)
})

test('a log of any length is kept in bounded memory', () => {
  const board = createBoard('peer')
  for (let line = 0; line < 3 * MOST_LINES; line++) board.log('line', `${line} ${'x'.repeat(10_000)}`)
  const { log } = board.whole()
  expect(log.length).toBe(MOST_LINES)
  expect(log.at(-1)?.text).toMatch(new RegExp(`^${3 * MOST_LINES - 1} `))
  expect(Math.max(...log.map(({ text }) => text.length))).toBeLessThan(10_000)
})
