import { describe, expect, test } from 'vitest'
import { type Holder, whoGivesWay } from '../../../src/gossip/membership/places.ts'
import { FAILING, NEW, PROVEN } from '../../../src/gossip/membership/standing.ts'

const PLACES = 3
const LENDABLE = PLACES - 1

const holder = (peer: string, changes: Partial<Holder> = {}): Holder => ({
  peer,
  host: peer,
  level: NEW,
  isIdle: false,
  ...changes,
})
const giver = (holders: readonly Holder[], claim: Partial<Holder>) =>
  whoGivesWay(holders, holder('asks', claim), LENDABLE)?.peer

describe('where all places are taken', () => {
  test.for([FAILING, NEW, PROVEN])('nobody gives way to an equal, at level %i', level => {
    const holders = ['a', 'b', 'c'].map(peer => holder(peer, { level }))
    expect(giver(holders, { level })).toBeUndefined()
  })

  test('peers on one machine have all of them when only they ask', () => {
    const holders = ['a', 'b', 'c'].map(peer => holder(peer, { host: 'one' }))
    expect(giver(holders, { host: 'one' })).toBeUndefined()
  })

  test('a machine that has two more than another would gives the newest to it', () => {
    const holders = [holder('a', { host: 'one' }), holder('b', { host: 'one' }), holder('c')]
    expect(giver(holders, {})).toBe('b')
    expect(giver(holders, { host: 'c' })).toBeUndefined()
  })

  test('a peer that has two gives one to a peer that has none, on its machine too', () => {
    const holders = [holder('a', { host: 'one' }), holder('a', { host: 'one' }), holder('c', { host: 'one' })]
    expect(giver(holders, { host: 'one' })).toBe('a')
  })

  test('the last that newcomers have goes to one that is proven, and no other', () => {
    const holders = [holder('a'), holder('b'), holder('c')]
    expect(giver(holders, { level: PROVEN })).toBe('c')
    expect(giver([holder('a'), holder('b'), holder('c', { level: PROVEN })], { level: PROVEN })).toBeUndefined()
  })

  test('one that fails gives way to any that does not', () => {
    const holders = [holder('a', { level: PROVEN }), holder('b', { level: FAILING }), holder('c', { level: PROVEN })]
    expect(giver(holders, {})).toBe('b')
    expect(giver(holders, { level: FAILING })).toBeUndefined()
  })

  test('one that is idle gives way to any that is no worse', () => {
    const holders = [holder('a', { isIdle: true }), holder('b'), holder('c')]
    expect(giver(holders, {})).toBe('a')
    expect(giver(holders, { level: FAILING })).toBeUndefined()
  })
})
