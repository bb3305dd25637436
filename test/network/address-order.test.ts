import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, test } from 'vitest'
import { dialRank, type LocalAddress, orderOwn, type Surroundings } from '../../src/network/address-order.ts'

const at = (ip: string, port = 4001) => multiaddr(`/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/tcp/${port}`)
const iface = (name: string, address: string, prefix = 24): LocalAddress => ({ name, address, prefix })

const BRIDGES = [
  iface('docker0', '172.17.0.1', 16),
  ...Array.from({ length: 11 }, (_, i) => iface(`br-${'0123456789ab'.slice(i)}`, `172.${18 + i}.0.1`, 16)),
]
const LO = [iface('lo', '127.0.0.1', 8), iface('lo', '::1', 128)]
const REAL = iface('enp3s0', '10.1.2.3')

function surroundings(interfaces: readonly LocalAddress[], given: Partial<Surroundings> = {}): Surroundings {
  return { interfaces, routed: new Set(), inUse: new Set(), ...given }
}

function order(interfaces: readonly LocalAddress[], given: Partial<Surroundings> = {}, others = {}): string[] {
  const own = {
    announced: [],
    mapped: [],
    observed: [],
    listened: interfaces.map(({ address }) => at(address)),
    ...others,
  }
  return orderOwn(own, surroundings(interfaces, given)).map(address => address.toString().split('/')[2] ?? '')
}

describe('own addresses', () => {
  test('begin with the one real interface beside twelve bridges, wherever it is listed', () => {
    for (const interfaces of [
      [...LO, ...BRIDGES, REAL],
      [REAL, ...BRIDGES, ...LO],
    ]) {
      const ordered = order(interfaces)
      expect(ordered[0]).toBe('10.1.2.3')
      expect(ordered).toHaveLength(interfaces.length)
      expect(ordered.slice(-2).sort()).toEqual(['127.0.0.1', '::1'])
    }
  })

  test('are ordered by what speaks for each', () => {
    const interfaces = [
      ...LO,
      iface('eth0', '169.254.7.7', 16),
      iface('docker0', '172.17.0.1', 16),
      iface('eth2', '192.168.9.9'),
      iface('eth1', '10.1.2.3'),
      iface('wg0', '10.99.0.1'),
    ]
    const ordered = order(
      interfaces,
      { routed: new Set(['10.1.2.3']), inUse: new Set(['10.99.0.1', '127.0.0.1']) },
      { announced: [at('203.0.113.1', 9)], mapped: [at('203.0.113.3')], observed: [at('203.0.113.2')] },
    )
    expect(ordered).toEqual([
      '203.0.113.1',
      '203.0.113.3',
      '10.99.0.1',
      '203.0.113.2',
      '10.1.2.3',
      '192.168.9.9',
      '172.17.0.1',
      '169.254.7.7',
      '127.0.0.1',
      '::1',
    ])
  })

  test('lead with all of the interface that has the default route', () => {
    const interfaces = [iface('eth0', '10.0.0.1'), iface('eth1', '10.0.1.1'), iface('eth1', '2001:db8:7::1', 64)]
    expect(order(interfaces, { routed: new Set(['10.0.1.1']) })).toEqual(['10.0.1.1', '2001:db8:7::1', '10.0.0.1'])
  })

  test('do not take the only network of a container for a bridge', () => {
    const interfaces = [iface('eth1', '192.168.9.9'), iface('eth0', '172.17.0.5', 16)]
    expect(order(interfaces)[0]).toBe('192.168.9.9')
    expect(order(interfaces, { routed: new Set(['172.17.0.5']) })[0]).toBe('172.17.0.5')
  })

  test('are each there once, at its best place', () => {
    expect(order([REAL], {}, { announced: [at('10.1.2.3')], observed: [at('10.1.2.3')] })).toEqual(['10.1.2.3'])
  })
})

test('the addresses of another peer are dialled by how likely they lead there', () => {
  const here = surroundings([...LO, ...BRIDGES, REAL])
  const best = ['10.1.2.77', '198.51.100.4', '172.18.0.9', '192.168.5.5', '172.17.0.1', '169.254.1.1', '127.0.0.1']
  const ranked = best.toReversed().map(ip => ({ ip, rank: dialRank(at(ip), here) }))
  expect(ranked.sort((a, b) => a.rank - b.rank).map(({ ip }) => ip)).toEqual(best)
  // Another process on this machine.
  expect(dialRank(at('10.1.2.3'), here)).toBe(dialRank(at('10.1.2.77'), here))
  expect(dialRank(multiaddr('/dns4/example.org/tcp/1'), here)).toBe(dialRank(at('198.51.100.4'), here))
})
