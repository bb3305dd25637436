import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { locationIn } from '../../../src/network/upnp/search.ts'
import { isolated, isolation, isolationMissing } from '../isolation.ts'

const HOME = fileURLToPath(new URL('../fixtures/upnp-home.ts', import.meta.url))

test.skipIf(isolation === undefined)(
  `a router that answers opens a port, and is not asked by who was not told to${isolationMissing}`,
  async () => {
    const shown = JSON.parse(await isolated([process.execPath, HOME], 55_000))
    expect(shown).toMatchObject({
      searching: 1,
      mapping: { outcome: 'mapped', router: '192.168.7.1', reason: '' },
      open: ['192.168.7.2'],
      isAnnounced: true,
      openAfter: 0,
    })
    expect(shown.mapping.addresses).toEqual([expect.stringMatching(/^\/ip4\/80\.0\.0\.7\/tcp\/\d+\/p2p\/12D3/)])
  },
)

const says = (...lines: readonly string[]) => Buffer.from([...lines, '', ''].join('\r\n'))

test('an answer leads to the router that gives it', () => {
  const answer = says('HTTP/1.1 200 OK', 'ST: anything', 'location:  http://192.168.1.1:5000/root.xml')
  expect(locationIn(answer, '192.168.1.1')?.href).toBe('http://192.168.1.1:5000/root.xml')
})

test.each<[what: string, from: string, answer: Uint8Array]>([
  ['to another machine', '192.168.1.2', says('HTTP/1.1 200 OK', 'LOCATION: http://192.168.1.1/')],
  ['from elsewhere', '80.0.0.1', says('HTTP/1.1 200 OK', 'LOCATION: http://80.0.0.1/')],
  ['to what is no web server', '192.168.1.1', says('HTTP/1.1 200 OK', 'LOCATION: file://192.168.1.1/etc/passwd')],
  ['nowhere', '192.168.1.1', says('HTTP/1.1 200 OK', 'SERVER: none')],
  ['to no address', '192.168.1.1', says('HTTP/1.1 200 OK', 'LOCATION: root.xml')],
  ['though it is no answer', '192.168.1.1', says('NOTIFY * HTTP/1.1', 'LOCATION: http://192.168.1.1/')],
  ['though it is nonsense', '192.168.1.1', Uint8Array.of(0, 255, 13, 10)],
])('an answer that leads %s is left out', (_what, from, answer) => {
  expect(locationIn(answer, from)).toBeUndefined()
})
