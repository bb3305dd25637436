import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { describeTried } from '../../peer/commands/peer/tried.ts'
import { warmHearsay } from './command-line.ts'

const LISTENING = [
  '/ip4/127.0.0.1/tcp/1/p2p/X',
  '/ip4/10.0.0.2/tcp/1/p2p/X',
  '/ip6/::1/tcp/2/p2p/X',
  '/ip6/fd00::2/tcp/2/p2p/X',
]

test('what was tried is told: interfaces, addresses, where this peer listens, and what to type', () => {
  const failure = 'network is unreachable (ENETUNREACH)'
  const tried = {
    listening: LISTENING,
    interfaces: [
      { name: 'eth0', family: 4 },
      { name: 'wg0', family: 6, failure },
    ],
    dialled: [{ address: '/ip4/10.0.0.9/tcp/1', outcome: 'no answer in 5 s', reached: false }],
  } as const
  expect(describeTried(tried, { recipeFile: 'my recipe.json', connect: ['/ip4/10.0.0.9/tcp/1'] })).toEqual([
    'mDNS found nobody on eth0 (IPv4)',
    `mDNS could not search wg0 (IPv6): ${failure}`,
    'dialled /ip4/10.0.0.9/tcp/1: no answer in 5 s',
    // Loopback last, and once.
    `others could have reached this peer at ${[LISTENING[1], LISTENING[3], LISTENING[0]].join(', ')}`,
    'to see where the way to another peer ends, with an address that it prints:',
    "  hearsay doctor --connect /ip4/10.0.0.9/tcp/1 'my recipe.json'",
  ])
})

test('a peer that was to look for nobody, and to be found by nobody, is told so', () => {
  const lines = describeTried({ listening: [], dialled: [] }, { recipeFile: undefined, connect: [] })
  expect(lines.slice(0, 3)).toEqual([
    'the local network was not searched (--no-mdns)',
    'no address was dialled: --connect gave none',
    'this peer listens nowhere',
  ])
  expect(lines.at(-1)).toBe('  hearsay doctor --connect MULTIADDR')
})

test('who waits in vain hears what was tried, and a program gets it with the failure', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  const address = `/ip4/127.0.0.1/tcp/${port}`
  const flags = [
    '--no-mdns',
    '--listen',
    '/ip4/127.0.0.1/tcp/0',
    '--connect',
    address,
    '--backend',
    'wasm',
    '--wait',
    '2',
  ]
  const { code, stdout, stderr } = await warmHearsay('peer', ...flags, '--json')
  const events = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const { name, tried } = events.find(({ event }) => event === 'failed')
  expect({ code, name }).toEqual({ code: 1, name: 'NobodyThereError' })
  expect(tried.dialled).toEqual([{ address, outcome: expect.stringContaining('ECONNREFUSED'), reached: false }])
  expect(tried.listening).toHaveLength(1)
  expect(stderr).toMatch(new RegExp(`^dialled ${address}: .*ECONNREFUSED`, 'm'))
  expect(stderr).toMatch(new RegExp(`^ {2}hearsay doctor --connect ${address}$`, 'm'))
})
