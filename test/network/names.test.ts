import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, test } from 'vitest'
import { parseAddress } from '../../src/network/addresses.ts'
import { MAX_DNSADDR_DEPTH, MAX_DNSADDR_LISTS, MAX_RESOLVED } from '../../src/network/constants.ts'
import { createNames, type Names, resolveAddress } from '../../src/network/names.ts'
import { type DnsServer, startDnsServer } from './dns-server.ts'

const ALICE = '12D3KooWHHzSeKaY8xuZVzkLbKFfvNgPPeKhFBGrMbNzbm5akpqu'
const BOB = '12D3KooWKRyzVWW6ChFjQjK4miCty85Niy48tpPV95XdKu1BcvMA'

const servers: DnsServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.stop()))
})

/** What an address stands for, where the DNS knows these texts. */
async function resolved(text: string, texts: Readonly<Record<string, readonly string[]>> = {}): Promise<string[]> {
  const server = await startDnsServer(texts)
  servers.push(server)
  return (await resolveAddress(multiaddr(text), createNames([server.address]), options())).map(String)
}

const options = () => ({ signal: AbortSignal.timeout(10_000) })
const at = (port: number, peer: string) => `/ip4/192.0.2.1/tcp/${port}/p2p/${peer}`

describe('names in addresses', () => {
  test('an address without a name is itself', async () => {
    expect(await resolved(at(1, ALICE))).toEqual([at(1, ALICE)])
  })

  test('a machine is looked up as the system does, in the family that is asked for', async () => {
    expect(await resolved('/dns4/localhost/tcp/1')).toEqual(['/ip4/127.0.0.1/tcp/1'])
    expect(await resolved(`/dns/localhost/tcp/1/p2p/${ALICE}`)).toContain(`/ip4/127.0.0.1/tcp/1/p2p/${ALICE}`)
  })

  test('IPv4 and IPv6 each have a place in what a name stands for', async () => {
    const asked: unknown[] = []
    const names: Names = {
      async addressesOf(...given) {
        asked.push(given)
        return ['2001:db8::1', '192.0.2.1']
      },
      textsOf: () => Promise.reject(new Error('not asked')),
    }
    const found = await resolveAddress(multiaddr('/dns6/example.org/tcp/1'), names, options())
    expect(asked).toEqual([['example.org', 6]])
    expect(found.map(String)).toEqual(['/ip6/2001:db8::1/tcp/1', '/ip4/192.0.2.1/tcp/1'])
  })

  test('a list stands for its entries; what is no address, or none that can be dialled, is left out', async () => {
    const entries = [at(1, ALICE), at(2, BOB), '/ip4/192.0.2.1/udp/1/quic-v1', '/ip4/300.0.0.1/tcp/1', 'nonsense']
    const texts = { '_dnsaddr.swarm.example': ['v=spf1 -all', ...entries.map(entry => `dnsaddr=${entry}`)] }
    expect(await resolved('/dnsaddr/swarm.example', texts)).toEqual([at(1, ALICE), at(2, BOB)])
  })

  test('of a list for one peer only that peer is taken', async () => {
    const texts = {
      '_dnsaddr.swarm.example': [at(1, ALICE), at(2, BOB), '/ip4/192.0.2.1/tcp/3'].map(each => `dnsaddr=${each}`),
    }
    expect(await resolved(`/dnsaddr/swarm.example/p2p/${BOB}`, texts)).toEqual([at(2, BOB)])
  })

  test('a list is looked up anew each time', async () => {
    const texts: Record<string, readonly string[]> = { '_dnsaddr.swarm.example': [`dnsaddr=${at(1, ALICE)}`] }
    expect(await resolved('/dnsaddr/swarm.example', texts)).toEqual([at(1, ALICE)])
    texts['_dnsaddr.swarm.example'] = [`dnsaddr=${at(2, ALICE)}`]
    const names = createNames([servers[0].address])
    expect((await resolveAddress(multiaddr('/dnsaddr/swarm.example'), names, options())).map(String)).toEqual([
      at(2, ALICE),
    ])
  })

  test('lists that name lists are read to a bounded depth and number, also where they name themselves', async () => {
    const deep = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`_dnsaddr.d${i}.example`, [`dnsaddr=/dnsaddr/d${i + 1}.example`]]),
    )
    await expect(resolved('/dnsaddr/d0.example', deep)).rejects.toThrow('stands for no address that can be dialled')
    expect(servers.at(-1)?.asked).toHaveLength(MAX_DNSADDR_DEPTH)
    const loop = { '_dnsaddr.a.example': ['dnsaddr=/dnsaddr/A.example', `dnsaddr=${at(1, ALICE)}`] }
    expect(await resolved('/dnsaddr/a.example', loop)).toEqual([at(1, ALICE)])
    expect(servers.at(-1)?.asked).toHaveLength(1)
    const wide = Array.from({ length: 30 }, (_, i) => `dnsaddr=/dnsaddr/w${i}.example`)
    await expect(resolved('/dnsaddr/wide.example', { '_dnsaddr.wide.example': wide })).rejects.toThrow()
    expect(servers.at(-1)?.asked).toHaveLength(MAX_DNSADDR_LISTS)
  })

  test('a long list is cut off', async () => {
    const entries = Array.from({ length: MAX_RESOLVED + 9 }, (_, i) => `dnsaddr=${at(i + 1, ALICE)}`)
    expect(await resolved('/dnsaddr/long.example', { '_dnsaddr.long.example': entries })).toHaveLength(MAX_RESOLVED)
  })

  test('a name that nobody knows is an error that says so, and so is a server that does not answer', async () => {
    await expect(resolved('/dnsaddr/nobody.example')).rejects.toThrow('nobody.example is no name that the DNS knows')
    const [server] = servers.splice(0)
    await server.stop()
    const names = createNames([server.address])
    await expect(resolveAddress(multiaddr('/dnsaddr/nobody.example'), names, options())).rejects.toThrow(
      'nobody.example cannot be looked up: no DNS server answers',
    )
  })

  test('a list may be connected to, and not listened on', () => {
    expect(parseAddress('/dnsaddr/swarm.example', 'connect').toString()).toBe('/dnsaddr/swarm.example')
    expect(() => parseAddress('/dnsaddr/swarm.example', 'listen')).toThrow('listen address')
    expect(() => parseAddress('/dnsaddr/swarm.example/tcp/1', 'connect')).toThrow('connect address')
  })
})
