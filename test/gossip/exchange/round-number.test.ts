import { expect, test } from 'vitest'
import { baseK } from '../../../src/averaging/topologies/base-k.ts'
import { createRoundNumber } from '../../../src/gossip/exchange/round-number.ts'

const PEERS = ['a', 'b', 'c', 'd']

function roundNumber() {
  const topology = baseK(1)
  return createRoundNumber(round => topology.neighbours(0, PEERS.length, round).map(neighbour => PEERS[neighbour]))
}

test('a peer that has been in no round yet begins with the first, also where neighbours change by the round', () => {
  expect(roundNumber().next()).toBe(0)
})

test('a peer that has been in no round yet begins where most of its first neighbours are', () => {
  const number = roundNumber()
  for (const peer of PEERS) number.heard(peer, 5)
  expect(number.next()).toBe(5)
})
