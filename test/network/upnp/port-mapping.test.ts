import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, test } from 'vitest'
import { LEASE_SECONDS, MAX_DOCUMENT_BYTES, RENEW_MS } from '../../../src/network/upnp/constants.ts'
import type { Mapping } from '../../../src/network/upnp/gateway.ts'
import { keepPortMapping, type PortMapping, type PortMappingOptions } from '../../../src/network/upnp/port-mapping.ts'
import { type FakeRouterOptions, startFakeRouter } from './fake-router.ts'

const HERE = '127.0.0.1'
const PORT = 4_001

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function fakeRouter(options: FakeRouterOptions = {}) {
  const router = await startFakeRouter(options)
  ends.push(router.stop)
  return router
}

/** A web server that is not what it should be. */
async function anything(answer: RequestListener): Promise<URL> {
  const server = createServer(answer).listen(0, HERE)
  await new Promise(resolve => server.once('listening', resolve))
  ends.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://${HERE}:${(server.address() as AddressInfo).port}/`)
}

interface Kept {
  /** What is told next. */
  next(): Promise<PortMapping>
  /** Has it look again. @returns how long it would have waited */
  again(): Promise<number>
  stop(): Promise<void>
}

/** Keeps ports of routers that are there without a search. */
function keep(routers: readonly URL[], options: Partial<PortMappingOptions> = {}): Kept {
  const told: PortMapping[] = []
  const wake: (() => void)[] = []
  let waiting = Promise.withResolvers<{ readonly milliseconds: number; go(): void }>()
  const stop = keepPortMapping({
    listened: () => [multiaddr(`/ip4/${HERE}/tcp/${PORT}`)],
    moved: () => new AbortController().signal,
    local: async () => HERE,
    async *find() {
      yield* routers
    },
    wait: (milliseconds, { signal }) =>
      new Promise((go, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        waiting.resolve({ milliseconds, go })
      }),
    tell(mapping) {
      told.push(mapping)
      wake.shift()?.()
    },
    ...options,
  })
  ends.push(stop)
  return {
    async next() {
      if (told.length === 0) await new Promise<void>(resolve => wake.push(resolve))
      return told.shift() as PortMapping
    },
    async again() {
      const { milliseconds, go } = await waiting.promise
      waiting = Promise.withResolvers()
      go()
      await waiting.promise
      return milliseconds
    },
    stop,
  }
}

describe('a router that opens ports', () => {
  test.each([1, 2] as const)('opens one for a peer, and closes it in the end: version %i', async version => {
    const router = await fakeRouter({ version })
    const kept = keep([router.location])
    expect(await kept.next()).toEqual({
      outcome: 'mapped',
      addresses: [`/ip4/80.0.0.7/tcp/${PORT}`],
      router: HERE,
      reason: '',
    })
    expect([...router.open.values()]).toEqual([
      { external: PORT, internal: PORT, client: HERE, leaseSeconds: LEASE_SECONDS },
    ])
    await kept.stop()
    expect(router.open.size).toBe(0)
  })

  test('opens one for each port on which a peer listens, whatever is spoken there', async () => {
    const router = await fakeRouter()
    const listened = ['/tcp/4001', '/tcp/4002/ws'].map(port => multiaddr(`/ip4/${HERE}${port}`))
    const elsewhere = multiaddr('/ip4/10.0.0.1/tcp/4003')
    const kept = keep([router.location], { listened: () => [elsewhere, ...listened] })
    expect((await kept.next()).addresses).toEqual(['/ip4/80.0.0.7/tcp/4001', '/ip4/80.0.0.7/tcp/4002/ws'])
    await kept.stop()
    expect(router.open.size).toBe(0)
  })

  test('is asked for another port where somebody else has the same', async () => {
    const router = await fakeRouter({
      refuses: ({ external }) => (external === PORT ? [718, 'ConflictInMappingEntry'] : undefined),
    })
    const kept = keep([router.location])
    const { addresses } = await kept.next()
    const [mapping] = router.open.values()
    expect(mapping).toMatchObject({ internal: PORT })
    expect(mapping?.external).not.toBe(PORT)
    expect(addresses).toEqual([`/ip4/80.0.0.7/tcp/${mapping?.external}`])
  })

  test('that knows no leases is asked for one without an end, which is closed all the same', async () => {
    const router = await fakeRouter({
      refuses: ({ leaseSeconds }) => (leaseSeconds > 0 ? [725, 'OnlyPermanentLeasesSupported'] : undefined),
    })
    const kept = keep([router.location])
    expect(await kept.next()).toMatchObject({ outcome: 'mapped' })
    expect(router.open.get(PORT)?.leaseSeconds).toBe(0)
    await kept.stop()
    expect(router.open.size).toBe(0)
  })

  test('is asked again well before the lease ends, and what stays as it was is told once', async () => {
    const opened: Mapping[] = []
    const router = await fakeRouter({ changed: mapping => opened.push(mapping) })
    const kept = keep([router.location])
    await kept.next()
    expect(await kept.again()).toBe(RENEW_MS)
    expect(opened).toHaveLength(2)
    expect(RENEW_MS * 2).toBeLessThan(LEASE_SECONDS * 1_000)
    await kept.stop()
    expect(opened).toHaveLength(3)
    await expect(Promise.race([kept.next(), 'nothing'])).resolves.toBe('nothing')
  })

  test('that goes is given up for the one that comes', async () => {
    const [first, second] = [await startFakeRouter(), await fakeRouter({ outside: '80.0.0.8' })]
    const kept = keep([first.location, second.location])
    expect((await kept.next()).addresses).toEqual([`/ip4/80.0.0.7/tcp/${PORT}`])
    await first.stop()
    await kept.again()
    expect((await kept.next()).addresses).toEqual([`/ip4/80.0.0.8/tcp/${PORT}`])
  })

  test('is asked anew where the machine has another address, and closes the port of the old one', async () => {
    const router = await fakeRouter()
    let here = '127.0.0.2'
    const changes = [new AbortController(), new AbortController()]
    const [change] = changes
    const kept = keep([router.location], {
      local: async () => here,
      listened: () => [multiaddr(`/ip4/${here}/tcp/${here === HERE ? PORT : PORT + 1}`)],
      moved: () => (changes.shift() ?? new AbortController()).signal,
      // As long as the machine stays where it is nobody looks again.
      wait: (milliseconds, { signal }) =>
        milliseconds === RENEW_MS
          ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          : Promise.resolve(),
    })
    expect((await kept.next()).addresses).toEqual([`/ip4/80.0.0.7/tcp/${PORT + 1}`])
    here = HERE
    change.abort()
    expect((await kept.next()).addresses).toEqual([`/ip4/80.0.0.7/tcp/${PORT}`])
    expect([...router.open.values()]).toMatchObject([{ client: HERE, internal: PORT }])
  })

  test('is found behind one that opens none', async () => {
    const repeater = await fakeRouter({ outside: '192.168.1.1' })
    const router = await fakeRouter()
    const kept = keep([repeater.location, router.location])
    expect(await kept.next()).toMatchObject({ outcome: 'mapped' })
    expect(repeater.open.size).toBe(0)
  })

  test('has the port closed that it was just opening when the peer stopped', async () => {
    const opening = Promise.withResolvers<void>()
    const router = await fakeRouter({
      changed(_mapping, isOpen) {
        if (isOpen) opening.resolve()
      },
    })
    const kept = keep([router.location])
    // The router has opened it, and its answer is on its way.
    await opening.promise
    await kept.stop()
    expect(router.actions.slice(-2)).toEqual(['AddPortMapping', 'DeletePortMapping'])
    expect(router.open.size).toBe(0)
  })
})

describe('no port is opened, and it is said why', () => {
  test('by a router that refuses', async () => {
    const router = await fakeRouter({ refuses: () => [606, 'Action not \u001b[31mauthorized'] })
    const kept = keep([router.location])
    expect(await kept.next()).toEqual({
      outcome: 'refused',
      addresses: [],
      router: HERE,
      reason: 'Action not  [31mauthorized (606)',
    })
    await kept.stop()
    expect(router.actions).toEqual(['GetExternalIPAddress', 'AddPortMapping'])
  })

  test.each(['10.1.2.3', '100.64.3.4', '192.168.1.2'])('by a router behind another one: %s', async outside => {
    const router = await fakeRouter({ outside })
    const kept = keep([router.location])
    expect(await kept.next()).toEqual({
      outcome: 'private',
      addresses: [],
      router: HERE,
      reason: `its own address, ${outside}, is private`,
    })
    expect(router.actions).toEqual(['GetExternalIPAddress'])
  })

  test('where one router refuses and another is behind a third, by what says more', async () => {
    const first = await fakeRouter({ outside: '10.1.2.3' })
    const second = await fakeRouter({ refuses: () => [606, 'Action not authorized'] })
    expect(await keep([first.location, second.location]).next()).toMatchObject({ outcome: 'private' })
    expect(await keep([second.location, first.location]).next()).toMatchObject({ outcome: 'private' })
  })

  test.each(['0.0.0.0', '127.0.0.1', '239.1.2.3', '', 'nonsense', '2001:db8::1'])(
    'by a router whose address is none: "%s"',
    async outside => {
      const router = await fakeRouter({ outside })
      expect(await keep([router.location]).next()).toMatchObject({ outcome: 'refused', addresses: [] })
      expect(router.open.size).toBe(0)
    },
  )

  test('where no router answers', async () => {
    expect(await keep([]).next()).toEqual({
      outcome: 'silent',
      addresses: [],
      router: null,
      reason: `no router answers ${HERE}`,
    })
  })

  test('where there is nothing that a router could hand on', async () => {
    const nowhere = { listened: () => [multiaddr('/ip4/10.0.0.1/tcp/4001')] }
    expect(await keep([], nowhere).next()).toMatchObject({ outcome: 'needless' })
    expect(await keep([], { local: async () => '80.0.0.1' }).next()).toMatchObject({ outcome: 'needless' })
    expect(await keep([], { local: async () => undefined }).next()).toMatchObject({ outcome: 'silent' })
  })

  test.each<[what: string, answer: RequestListener, reason: RegExp]>([
    ['another web server', (_, response) => response.end('<html>hello</html>'), /no service that opens ports/],
    ['an error', (_, response) => response.writeHead(404).end(), /answers 404/],
    ['no end', (_, response) => response.end('x'.repeat(MAX_DOCUMENT_BYTES + 1)), /more than 65536 bytes/],
    [
      'the address of another machine',
      (_, response) =>
        response.end(
          '<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>' +
            '<controlURL>http://127.0.0.2:9/</controlURL></service>',
        ),
      /no service that opens ports/,
    ],
    ['nothing', request => request.socket.destroy(), /socket hang up/],
  ])('by what answers with %s', async (_what, answer, reason) => {
    const kept = keep([await anything(answer)])
    expect(await kept.next()).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(reason) })
  })
})
