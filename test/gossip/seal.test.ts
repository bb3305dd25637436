import { describe, expect, test } from 'vitest'
import type { Announcement } from '../../src/gossip/announcement.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/constants.ts'
import type { Member } from '../../src/gossip/membership.ts'
import { nextSealAction, rank, type SealSelf } from '../../src/gossip/seal.ts'
import { announcementOf } from './announcements.ts'

const SWARM = 'd1'.repeat(32)
const TARGET = 0.1

/** Three hashes in the order of their rank. */
const [first, second, third] = ['aa', 'bb', 'cc']
  .map(pair => pair.repeat(32))
  .sort((a, b) => (rank(SWARM, a) < rank(SWARM, b) ? -1 : 1))

const sketch = (value: number) => new Float32Array(SKETCH_BUCKETS).fill(value)

function memberOf(peer: string, given: Partial<Announcement>): Member {
  return { peer, heard: 0, announcement: announcementOf(given) }
}

function decide(self: Partial<SealSelf>, ...members: readonly Member[]) {
  const own: SealSelf = {
    phase: 'averaging',
    sketch: sketch(1),
    choice: undefined,
    refuses: undefined,
    passes: [],
    hasProposed: false,
    rested: true,
    mayBeAlone: true,
    ...self,
  }
  return nextSealAction(SWARM, TARGET, own, members)
}

const nothing = { do: 'nothing' }

describe('a peer that averages', () => {
  test('proposes when all are near', () => {
    expect(decide({}, memberOf('a', {}), memberOf('b', { sketch: sketch(1.01) }))).toEqual({ do: 'propose' })
  })

  test('does not propose while one is further than half the target', () => {
    expect(decide({}, memberOf('a', {}), memberOf('b', { sketch: sketch(1.06) }))).toEqual(nothing)
  })

  test('does not propose while one trains', () => {
    expect(decide({}, memberOf('a', {}), memberOf('b', { phase: 'training' }))).toEqual(nothing)
  })

  test('does not propose right after it has reopened', () => {
    expect(decide({ rested: false }, memberOf('a', {}))).toEqual(nothing)
  })

  test('proposes alone when it may be alone', () => {
    expect(decide({ mayBeAlone: true })).toEqual({ do: 'propose' })
  })

  test('waits for company when it may not', () => {
    expect(decide({ mayBeAlone: false })).toEqual(nothing)
  })

  test('checks a proposal instead of making its own', () => {
    const one = memberOf('a', { phase: 'sealing', choice: second })
    expect(decide({}, one)).toEqual({ do: 'check', hash: second, holders: ['a'] })
  })

  test('checks the proposal of the smallest rank, with all who hold it', () => {
    const members = [second, first, first].map((choice, i) => memberOf(`m${i}`, { phase: 'sealing', choice }))
    expect(decide({}, ...members)).toEqual({ do: 'check', hash: first, holders: ['m1', 'm2'] })
  })

  test('passes over what could not be fetched a moment ago', () => {
    const members = [first, second].map((choice, i) => memberOf(`m${i}`, { phase: 'sealing', choice }))
    expect(decide({ passes: [first] }, ...members)).toEqual({ do: 'check', hash: second, holders: ['m1'] })
  })

  test('does not check again what it found too far', () => {
    const one = memberOf('a', { phase: 'sealing', choice: first, sketch: sketch(2) })
    expect(decide({ refuses: first }, one)).toEqual(nothing)
  })

  test('adopts the seal of a swarm that ended without it', () => {
    const members = ['a', 'b'].map(peer => memberOf(peer, { phase: 'sealed', choice: third, sketch: sketch(9) }))
    expect(decide({}, ...members)).toEqual({ do: 'adopt', hash: third, holders: ['a', 'b'] })
  })

  test('does not adopt the seal of a few', () => {
    const few = memberOf('a', { phase: 'sealed', choice: third, sketch: sketch(9) })
    const many = ['b', 'c'].map(peer => memberOf(peer, { sketch: sketch(9) }))
    expect(decide({}, few, ...many)).toEqual({ do: 'check', hash: third, holders: ['a'] })
  })

  test('does not adopt a seal after it has proposed itself', () => {
    const members = ['a', 'b'].map(peer => memberOf(peer, { phase: 'sealed', choice: third }))
    expect(decide({ hasProposed: true }, ...members)).toEqual({ do: 'check', hash: third, holders: ['a', 'b'] })
  })

  test('does not adopt one of two seals', () => {
    const members = [second, third].map((choice, i) => memberOf(`m${i}`, { phase: 'sealed', choice }))
    expect(decide({}, ...members).do).toBe('check')
  })
})

describe('a peer that trains', () => {
  test('goes on whatever is proposed', () => {
    expect(decide({ phase: 'training' }, memberOf('a', { phase: 'sealing', choice: first }))).toEqual(nothing)
  })

  test('adopts the seal of a swarm that ended without it', () => {
    const one = memberOf('a', { phase: 'sealed', choice: third })
    expect(decide({ phase: 'training' }, one)).toEqual({ do: 'adopt', hash: third, holders: ['a'] })
  })
})

describe('a peer that seals', () => {
  const sealing = { phase: 'sealing', choice: second, hasProposed: true } as const

  test('has sealed when all choose the same', () => {
    const members = [
      memberOf('a', { phase: 'sealing', choice: second }),
      memberOf('b', { phase: 'sealed', choice: second }),
    ]
    expect(decide(sealing, ...members)).toEqual({ do: 'seal' })
  })

  test('waits for one that has not chosen', () => {
    expect(decide(sealing, memberOf('a', { phase: 'sealing', choice: second }), memberOf('b', {}))).toEqual(nothing)
  })

  test('waits for one that has chosen something of a larger rank', () => {
    expect(decide(sealing, memberOf('a', { phase: 'sealing', choice: third }))).toEqual(nothing)
  })

  test('checks a proposal of a smaller rank', () => {
    const one = memberOf('a', { phase: 'sealing', choice: first })
    expect(decide(sealing, one)).toEqual({ do: 'check', hash: first, holders: ['a'] })
  })

  test('keeps to what one has sealed, whatever the rank of what others propose', () => {
    // Those who propose the other one hear of the seal and come over; who went to meet them would never find them.
    const members = [
      memberOf('a', { phase: 'sealed', choice: second }),
      memberOf('b', { phase: 'sealing', choice: first }),
    ]
    expect(decide({ phase: 'sealing', choice: second, hasProposed: true }, ...members)).toEqual(nothing)
  })

  test('seals what one has sealed, though somebody has come since', () => {
    const members = [memberOf('a', { phase: 'sealed', choice: second }), memberOf('late', { phase: 'training' })]
    expect(decide({ phase: 'sealing', choice: second, hasProposed: true }, ...members)).toEqual({ do: 'seal' })
  })

  test('checks what is sealed, whatever its rank', () => {
    const one = memberOf('a', { phase: 'sealed', choice: third })
    expect(decide(sealing, one)).toEqual({ do: 'check', hash: third, holders: ['a'] })
  })

  test('reopens when its choice is refused', () => {
    expect(decide(sealing, memberOf('a', { refuses: second }))).toEqual({ do: 'reopen' })
  })

  test('reopens when one holds on to what it refuses', () => {
    const one = memberOf('a', { phase: 'sealing', choice: first })
    expect(decide({ ...sealing, refuses: first }, one)).toEqual({ do: 'reopen' })
  })

  test('reopens when one trains', () => {
    expect(decide(sealing, memberOf('a', { phase: 'training' }))).toEqual({ do: 'reopen' })
  })
})

describe('a peer that has sealed', () => {
  const sealed = { phase: 'sealed', choice: second, hasProposed: true } as const

  test('keeps its choice when something of a smaller rank is only proposed', () => {
    expect(decide(sealed, memberOf('a', { phase: 'sealing', choice: first }))).toEqual(nothing)
  })

  test('checks what others have sealed of a smaller rank', () => {
    const one = memberOf('a', { phase: 'sealed', choice: first })
    expect(decide(sealed, one)).toEqual({ do: 'check', hash: first, holders: ['a'] })
  })

  test('is not disturbed by one that trains', () => {
    expect(decide(sealed, memberOf('a', { phase: 'training' }))).toEqual(nothing)
  })

  test('reopens when its choice is refused', () => {
    expect(decide(sealed, memberOf('a', { refuses: second }))).toEqual({ do: 'reopen' })
  })
})
