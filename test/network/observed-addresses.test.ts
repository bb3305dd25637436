import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { MAX_OBSERVED_ADDRESSES } from '../../src/network/constants.ts'
import { agreedAddresses, type Sighting } from '../../src/network/observed-addresses.ts'

const LISTENED = ['/ip4/10.0.0.5/tcp/4001', '/ip4/127.0.0.1/tcp/4001', '/ip6/fd00::5/tcp/4001'].map(text =>
  multiaddr(text),
)
/** The members on these machines have this peer at such an address. */
function agreed(direction: Sighting['direction'], ...seen: readonly (readonly [from: string, at: string])[]): string[] {
  const sightings = seen.map(([from, at]) => ({
    from: multiaddr(`/ip4/${from}/tcp/1`),
    at: multiaddr(at),
    direction,
  }))
  return agreedAddresses(sightings, LISTENED).map(String)
}

const ROUTER = '/ip4/203.0.113.7'

test('behind a router with an address of its own a peer is at that address, at the port on which it listens', () => {
  expect(
    agreed(
      'outbound',
      ['198.51.100.1', `${ROUTER}/tcp/50001`],
      ['198.51.100.2', `${ROUTER}/tcp/50002/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC`],
    ),
  ).toEqual([`${ROUTER}/tcp/4001`])
})

test('what one machine says counts for nothing, however many members are on it', () => {
  expect(agreed('outbound', ['198.51.100.1', `${ROUTER}/tcp/1`], ['198.51.100.1', `${ROUTER}/tcp/2`])).toEqual([])
  expect(agreed('outbound', ['198.51.100.1', `${ROUTER}/tcp/1`], ['198.51.100.2', '/ip4/203.0.113.8/tcp/2'])).toEqual(
    [],
  )
})

test('a port that a router forwards is where several have come in', () => {
  expect(agreed('inbound', ['198.51.100.1', `${ROUTER}/tcp/5000`], ['198.51.100.2', `${ROUTER}/tcp/5000`])).toEqual([
    `${ROUTER}/tcp/5000`,
  ])
  expect(agreed('inbound', ['198.51.100.1', `${ROUTER}/tcp/5000`], ['198.51.100.2', `${ROUTER}/tcp/5001`])).toEqual([])
})

test('a port of a router counts where two have seen the same one', () => {
  const seen = agreed('outbound', ['198.51.100.1', `${ROUTER}/tcp/9`], ['198.51.100.2', `${ROUTER}/tcp/9`])
  expect(new Set(seen)).toEqual(new Set([`${ROUTER}/tcp/9`, `${ROUTER}/tcp/4001`]))
})

test('a peer learns nothing of its own addresses, nor of such as are nobody else', () => {
  for (const at of [
    '/ip4/10.0.0.5/tcp/77',
    '/ip4/127.0.0.1/tcp/77',
    '/ip4/0.0.0.0/tcp/7',
    '/ip4/169.254.1.1/tcp/7',
    '/dns4/a.example/tcp/7',
  ]) {
    expect(agreed('outbound', ['198.51.100.1', at], ['198.51.100.2', at])).toEqual([])
  }
})

test('liars make a peer announce no more than a few addresses', () => {
  const lies = Array.from({ length: 20 }, (_, i) => `/ip4/203.0.113.${i + 1}/tcp/1`)
  const seen = lies.flatMap(at => [['198.51.100.1', at] as const, ['198.51.100.2', at] as const])
  expect(agreed('inbound', ...seen)).toHaveLength(MAX_OBSERVED_ADDRESSES)
})
