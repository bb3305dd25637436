import { describe, expect, test } from 'vitest'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import type { Member } from '../../../src/gossip/membership/membership.ts'
import { type HeldUpPeer, heldUpBy, usualDistance } from '../../../src/gossip/seal/hold-up.ts'
import { announcementOf } from '../announcements.ts'

const TARGET = 0.1
const [one, other] = ['aa', 'bb'].map(pair => pair.repeat(32))

const sketch = (value: number) => new Float32Array(SKETCH_BUCKETS).fill(value)
const memberOf = (peer: string, given: Partial<Announcement> = {}): Member => ({
  peer,
  heard: 0,
  announcement: announcementOf(given),
})

function held(self: Partial<HeldUpPeer>, members: readonly Member[], overdue: readonly string[] = []) {
  const own: HeldUpPeer = {
    phase: 'averaging',
    sketch: sketch(1),
    choice: undefined,
    refuses: undefined,
    passes: () => false,
    knows: () => true,
    ...self,
  }
  return heldUpBy(TARGET, own, members, overdue)
}

const near = ['a', 'b', 'c'].map(peer => memberOf(peer))
const far = (peer: string) => memberOf(peer, { sketch: sketch(1e30) })

describe('a peer that averages', () => {
  test('is held up by nobody while all are near', () => {
    expect(held({}, near)).toBeUndefined()
  })

  test('is held up by one that is far, where the others could end', () => {
    expect(held({}, [...near, far('z')])).toEqual({ by: ['z'], against: [], forMost: true })
  })

  test('is held up for the few where more are far', () => {
    const many = ['u', 'v', 'w', 'x', 'y', 'z'].map(far)
    expect(held({}, [...near, ...many])).toMatchObject({ by: many.map(({ peer }) => peer), forMost: false })
  })

  test('is not while one trains, for whom it waits as long as the run does', () => {
    expect(held({}, [...near, far('z'), memberOf('t', { phase: 'training' })])).toBeUndefined()
  })

  test('is not while nobody with whom it has averaged is near: they are on their way', () => {
    const onTheirWay = ['a', 'b', 'c'].map((peer, i) => memberOf(peer, { sketch: sketch(1.1 + i / 10) }))
    expect(held({}, onTheirWay)).toBeUndefined()
    expect(held({ knows: () => false }, [...near, memberOf('z', { sketch: sketch(2) })])).toBeUndefined()
  })

  test('is held up by one that keeps them all apart', () => {
    const apart = ['a', 'b', 'c'].map((peer, i) => memberOf(peer, { sketch: sketch(1.1 + i / 10) }))
    expect(held({}, [...apart, far('z')])).toMatchObject({ by: ['z'], forMost: false })
  })

  test('is held up by one whose choice cannot be looked at', () => {
    const liar = memberOf('z', { phase: 'sealing', choice: one })
    expect(held({ passes: (_, chooser) => chooser === 'z' }, [...near, liar])).toMatchObject({ by: ['z'] })
  })

  test('is held up by those that hold still elsewhere, where nobody else is there', () => {
    const elsewhere = memberOf('z', { phase: 'sealed', choice: one, sketch: sketch(9) })
    expect(held({ refuses: one }, [elsewhere])).toEqual({ by: ['z'], against: ['z'], forMost: false })
  })

  test('is held up by those that train for ever, where nobody else is there', () => {
    expect(held({}, [], ['z'])).toEqual({ by: ['z'], against: [], forMost: false })
  })

  test('waits for nobody that only waits', () => {
    expect(held({}, [...near, memberOf('z', { phase: 'waiting', ownSteps: 0, sketch: sketch(9) })])).toBeUndefined()
  })
})

describe('a peer that seals', () => {
  const sealing = { phase: 'sealing', choice: one } as const
  const agreed = ['a', 'b'].map(peer => memberOf(peer, { phase: 'sealing', choice: one }))

  test('is held up by whoever has not chosen the same', () => {
    const apart = [memberOf('y'), memberOf('z', { phase: 'sealing', choice: other })]
    expect(held(sealing, [...agreed, ...apart])).toEqual({ by: ['y', 'z'], against: [], forMost: true })
  })

  test('knows those who say no', () => {
    const apart = [memberOf('y', { refuses: one }), memberOf('z', { phase: 'sealing', choice: other })]
    expect(held({ ...sealing, refuses: other }, [...agreed, ...apart])).toMatchObject({ against: ['y', 'z'] })
  })
})

describe('the usual distance', () => {
  const self = { sketch: sketch(0), knows: (peer: string) => peer !== 'stranger' }
  const at = (peer: string, value: number) => memberOf(peer, { sketch: sketch(value) })

  test('is made no larger by liars that are up to two thirds', () => {
    const honest = [1, 2, 3, 4].map(value => at(`honest${value}`, value))
    const largest = usualDistance(self, [at('honest', 4)]) as number
    for (let liars = 1; liars < 8; liars++) {
      const all = [...honest, ...Array.from({ length: liars }, (_, i) => at(`liar${i}`, 1e9))]
      expect(usualDistance(self, all)).toBeLessThanOrEqual(largest)
    }
  })

  test('is not that of strangers', () => {
    expect(usualDistance(self, [at('stranger', 1)])).toBeUndefined()
  })
})
