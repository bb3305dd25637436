import { afterEach, describe, expect, test } from 'vitest'
import { createNames } from '../../src/network/names.ts'
import { createMailbox } from '../../src/testing/mailbox.ts'
import { startPeer } from '../../src/testing/probe-peers.ts'
import { type DnsServer, startDnsServer } from './dns-server.ts'
import { createKeyedAdmission } from './keyed-admission.ts'
import { createLibp2pWorld } from './libp2p-world.ts'

const world = createLibp2pWorld()
let server: DnsServer | undefined
const within = () => ({ signal: AbortSignal.timeout(15_000) })

afterEach(async () => {
  await world.stop()
  await server?.stop()
  server = undefined
})

const NAME = '_dnsaddr.swarm.example'

/** A DNS that knows one list, whose entries may change. */
async function startList(entries: string[]) {
  server = await startDnsServer({
    get [NAME]() {
      return entries.map(entry => `dnsaddr=${entry}`)
    },
  })
  return createNames([server.address])
}

describe('an address to connect to that is a list', () => {
  test('leads to a member of it, whoever else is on it, this peer among them', async () => {
    const member = await startPeer(await world.createOne())
    const gone = await world.createOne()
    await startPeer(gone)
    const entries = [...gone.addresses(), ...member.network.addresses()]
    await gone.stop()
    const names = await startList(entries)
    const network = await world.createOne({ connect: ['/dnsaddr/swarm.example'], names, warn: () => {} })
    entries.push(`/ip4/127.0.0.1/tcp/1/p2p/${network.self}`)
    const peer = await startPeer(network)
    expect(await peer.connected.take(within())).toBe(member.network.self)
    const outcome = { address: '/dnsaddr/swarm.example', outcome: 'a member answered', reached: true }
    await expect.poll(() => network.tried?.().dialled).toEqual([outcome])
  })

  test('is read anew at each try', async () => {
    const entries = ['/ip4/127.0.0.1/tcp/1']
    const names = await startList(entries)
    const warnings = createMailbox<string>()
    const network = await world.createOne({ connect: ['/dnsaddr/swarm.example'], names, warn: warnings.put })
    const peer = await startPeer(network)
    expect(await warnings.take(within())).toContain('cannot connect to /dnsaddr/swarm.example yet')
    const member = await startPeer(await world.createOne())
    entries.splice(0, 1, ...member.network.addresses())
    expect(await peer.connected.take(within())).toBe(member.network.self)
  })

  test('of strangers is told, each once, and they are let be for a while', async () => {
    const strangers = await Promise.all(
      ['one', 'another'].map(async key => {
        const admission = createKeyedAdmission(key)
        let judged = 0
        const judge: typeof admission.judge = (...given) => {
          judged++
          return admission.judge(...given)
        }
        const network = await world.createOne({ admission: { ...admission, judge }, warn: () => {} })
        await startPeer(network)
        return { network, judged: () => judged }
      }),
    )
    const names = await startList(strangers.flatMap(({ network }) => network.addresses()))
    const warnings: string[] = []
    const network = await world.createOne({
      admission: createKeyedAdmission('ours'),
      connect: ['/dnsaddr/swarm.example'],
      names,
      warn: text => warnings.push(text),
    })
    await startPeer(network)
    // Three questions to the DNS are three tries.
    await expect.poll(() => server?.asked.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(3)
    const told = strangers.map(({ network: { self } }) => warnings.filter(text => text.includes(self)).length)
    expect(told).toEqual([1, 1])
    // Each of them has been shown something once.
    expect(strangers.map(({ judged }) => judged())).toEqual([1, 1])
    expect(network.connections()).toEqual([])
    expect(network.tried?.().dialled[0].reached).toBe(false)
  })
})

test('a name of a machine is looked up for each dial', async () => {
  const member = await startPeer(await world.createOne())
  const [address] = member.network.addresses()
  const asked: string[] = []
  const names = {
    ...createNames(),
    async addressesOf(host: string) {
      asked.push(host)
      // Moved meanwhile.
      return asked.length === 1 ? ['127.0.0.9'] : ['127.0.0.1']
    },
  }
  const connect = [address.replace('/ip4/127.0.0.1', '/dns4/member.example')]
  const peer = await startPeer(await world.createOne({ connect, names, warn: () => {} }))
  expect(await peer.connected.take(within())).toBe(member.network.self)
  expect(asked).toEqual(['member.example', 'member.example'])
})
