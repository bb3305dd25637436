import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPeer, type Peer } from '../../src/index.ts'
import { createHand } from './by-hand.ts'
import { warmHearsay } from './command-line.ts'

const { write, at, data, found, invite } = createHand()
const LOOPBACK = '/ip4/127.0.0.1/tcp/0'
const STRANGER = '12D3KooWHHzSeKaY8xuZVzkLbKFfvNgPPeKhFBGrMbNzbm5akpqu'

const OPEN = { model: { name: 'linear', shape: [28, 28, 1], classes: 10 }, training: { steps: 5, seed: 7 } }

let peer: Peer
const joined: string[] = []
const warned: string[] = []

beforeAll(async () => {
  write('open.json', JSON.stringify(OPEN))
  peer = await createPeer({ recipe: OPEN, data: 'digits', network: { listen: [LOOPBACK], mdns: false } })
  peer.addEventListener('peer:join', ({ detail }) => joined.push(detail.peer))
  peer.addEventListener('warning', ({ detail }) => warned.push(detail.message))
  await peer.start()
}, 60_000)
afterAll(() => peer.stop('interrupted'))

interface Told {
  readonly code: number | null
  readonly ok: boolean
  /** The stages that were tried, with how each ended. */
  readonly stages: readonly (readonly [name: string, outcome: string])[]
  readonly untried: readonly string[]
  /** The last of them. */
  readonly last: { readonly name: string; readonly found: string; readonly advice?: string }
}

async function tried(address: string, ...flags: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await warmHearsay('doctor', '--connect', address, ...flags, '--json')
  if (stdout === '') throw new Error(stderr)
  const { ok, checks, untried } = JSON.parse(stdout)
  const stages = checks.map(({ name, outcome }: { name: string; outcome: string }) => [name, outcome])
  return { code, ok, stages, untried, last: checks.at(-1) }
}

const well = (...names: string[]) => names.map(name => [name, 'ok'])

/** A program that says something to whoever connects. */
async function startProgram(says: string): Promise<{ server: Server; address: string }> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.end(says)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return { server, address: `/ip4/127.0.0.1/tcp/${address.port}` }
}

describe('the way to a peer, stage by stage', () => {
  test('is free to its end, and the swarm notices nothing', async () => {
    const [address] = peer.addresses()
    const told = await tried(address, at('open.json'))
    const stages = well('name', 'route', 'port', 'noise', 'protocol', 'membership', 'recipe')
    expect(told).toMatchObject({ code: 0, ok: true, stages, untried: [] })
    expect({ joined, warned }).toEqual({ joined: [], warned: [] })
  })

  test('by a name leads to the same', async () => {
    const address = peer.addresses()[0].replace('/ip4/127.0.0.1/', '/dns4/localhost/')
    const { ok, stages } = await tried(address, at('open.json'))
    expect([ok, stages.length]).toEqual([true, 7])
  })

  test('ends at a name that nobody knows', async () => {
    const { code, ok, stages, last, untried } = await tried('/dns4/nobody.invalid/tcp/4001')
    expect({ code, ok, stages }).toEqual({ code: 1, ok: false, stages: [['name', 'failed']] })
    expect(last.advice).toContain('spelled right')
    expect(untried).toEqual(['route', 'port', 'noise', 'protocol', 'membership', 'recipe'])
  })

  test('ends at a port on which nobody listens', async () => {
    const { server, address } = await startProgram('')
    server.close()
    await once(server, 'close')
    const { code, stages, last } = await tried(address)
    expect([code, stages]).toEqual([1, [...well('name', 'route'), ['port', 'failed']]])
    expect(last.found).toContain('ECONNREFUSED')
    expect(last.advice).toContain('no peer listens on this port')
  })

  test('ends where another program answers', async () => {
    const { server, address } = await startProgram('SSH-2.0-OpenSSH_9.9 and more that no libp2p would say\r\n')
    const { stages, last } = await tried(address)
    server.close()
    expect(stages).toEqual([...well('name', 'route', 'port'), ['noise', 'failed']])
    expect(last.advice).toContain('another program has this port')
  })

  test('ends where another peer answers than the address names', async () => {
    const address = peer.addresses()[0].replace(peer.id, STRANGER)
    const { stages, last } = await tried(address, at('open.json'))
    expect(stages).toEqual([...well('name', 'route', 'port'), ['noise', 'failed']])
    expect(last.found).toContain(`${peer.id} answers, and not ${STRANGER}`)
  })

  test('ends at the recipe, where that is another; without one the built-in is tried, and that is said', async () => {
    const [address] = peer.addresses()
    const { stages, last, untried } = await tried(address)
    expect(stages).toEqual([...well('name', 'route', 'port', 'noise', 'protocol'), ['recipe', 'failed']])
    expect(last.advice).toContain('without RECIPE the one that is built in was tried')
    expect(untried).toEqual(['membership'])
  })
})

describe('membership', () => {
  let founder: Peer
  beforeAll(async () => {
    await found('ours')
    founder = await createPeer({
      recipe: JSON.parse(readFileSync(at('ours.json'), 'utf8')),
      state: at('ours-founder'),
      data,
      network: { listen: [LOOPBACK], mdns: false },
    })
    await founder.listen()
  }, 60_000)
  afterAll(() => founder.stop('interrupted'))

  test('is proved by an invitation, and asked for where there is none', async () => {
    const [address] = founder.addresses()
    const invited = await tried(address, at('ours.json'), '--invite', await invite('ours-founder'))
    expect(invited).toMatchObject({ code: 0, untried: [] })
    const { code, stages } = await tried(address, at('ours.json'))
    expect(code).toBe(1)
    // The recipe is right all the same.
    expect(stages.slice(-2)).toEqual([
      ['membership', 'failed'],
      ['recipe', 'ok'],
    ])
  })

  test('of a peer that runs meanwhile is not tried', async () => {
    const { code, stderr } = await warmHearsay(
      ...['doctor', '--connect', founder.addresses()[0], at('ours.json'), '--state', at('ours-founder')],
    )
    expect({ code, inUse: stderr.includes('is in use') }).toEqual({ code: 2, inUse: true })
  })

  test('what says how a peer is tried needs a peer', async () => {
    const { code, stderr } = await warmHearsay('doctor', at('ours.json'))
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'hearsay: RECIPE says how a peer is tried: name it with --connect MULTIADDR\n',
    })
  })
})
