import { expect, test } from 'vitest'
import { createConduct } from '../../../src/gossip/membership/conduct.ts'
import { CONDUCT_HALF_LIFE_MS, LEAST_TRUST, OVERLOOKED_FAULTS } from '../../../src/gossip/membership/constants.ts'

function conductAt() {
  const clock = { time: 0, now: () => clock.time }
  return { clock, conduct: createConduct(clock) }
}

test('what can happen to the honest is counted and costs no trust', () => {
  const { conduct } = conductAt()
  for (const fault of ['clipped', 'refused', 'slow', 'broken'] as const) conduct.fault('a', fault)
  expect(conduct.trust('a')).toBe(1)
  expect(conduct.faults('a')).toEqual({
    ...{ far: 0, 'false-sketch': 0, 'wrong-vector': 0 },
    ...{ clipped: 1, refused: 1, slow: 1, broken: 1 },
  })
})

test('every fault beyond those that are overlooked halves what a member counts for, down to a bound', () => {
  const { conduct } = conductAt()
  const trust = Array.from({ length: OVERLOOKED_FAULTS + 3 }, () => {
    conduct.fault('a', 'far')
    return conduct.trust('a')
  })
  expect(trust.slice(OVERLOOKED_FAULTS - 1)).toEqual([1, 1 / 2, 1 / 4, 1 / 8])
  expect(conduct.isTrusted('a')).toBe(false)
  for (let more = 0; more < 50; more++) conduct.fault('a', 'far')
  expect(conduct.trust('a')).toBe(LEAST_TRUST)
  expect(conduct.isTrusted('b')).toBe(true)
})

test('one whose sketch was false, or which gave another vector, is not trusted from then on', () => {
  const { conduct } = conductAt()
  conduct.fault('a', 'false-sketch')
  conduct.fault('b', 'wrong-vector')
  expect(['a', 'b'].map(conduct.isTrusted)).toEqual([false, false])
})

test('it is forgiven by time, and by exchanges in which there was nothing to speak of', () => {
  const { clock, conduct } = conductAt()
  for (let fault = 0; fault < 5; fault++) for (const peer of ['a', 'b']) conduct.fault(peer, 'far')
  expect(conduct.isTrusted('a')).toBe(false)
  for (let meeting = 0; meeting < 13; meeting++) conduct.met('a')
  expect(conduct.trust('a')).toBe(1)
  clock.time += 3 * CONDUCT_HALF_LIFE_MS
  expect(conduct.trust('b')).toBe(1)
})
