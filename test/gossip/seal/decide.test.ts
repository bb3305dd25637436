import { describe, expect, test } from 'vitest'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import type { Member } from '../../../src/gossip/membership/membership.ts'
import { nextSealAction, rank, type SealSelf } from '../../../src/gossip/seal/decide.ts'
import { announcementOf } from '../announcements.ts'

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
    passes: () => false,
    knows: () => true,
    reopensFor: () => true,
    contributes: true,
    isIn: () => false,
    isOpen: undefined,
    knowsAll: true,
    rested: true,
    wentSealed: 0,
    ...self,
  }
  return nextSealAction(SWARM, TARGET, own, members)
}

const nothing = { do: 'nothing' }
const check = (hash: string, ...holders: string[]) => ({ do: 'check', hash, holders, yields: false })
const sealedBy = (...peers: string[]) =>
  peers.map(peer => memberOf(peer, { phase: 'sealed', choice: third, sketch: sketch(9) }))

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

  test('proposes nothing alone', () => {
    expect(decide({})).toEqual(nothing)
  })

  test('proposes nothing to those who only wait for a seal', () => {
    expect(decide({}, memberOf('a', { phase: 'waiting', ownSteps: 0 }))).toEqual(nothing)
  })

  test('does not ask those who only wait how far they are', () => {
    const far = memberOf('b', { phase: 'waiting', ownSteps: 0, sketch: sketch(9) })
    expect(decide({}, memberOf('a', {}), far)).toEqual({ do: 'propose' })
  })

  test('checks a proposal instead of making its own', () => {
    const one = memberOf('a', { phase: 'sealing', choice: second })
    expect(decide({}, one)).toEqual(check(second, 'a'))
  })

  test('checks the proposal of the smallest rank, with all who hold it', () => {
    const members = [second, first, first].map((choice, i) => memberOf(`m${i}`, { phase: 'sealing', choice }))
    expect(decide({}, ...members)).toEqual(check(first, 'm1', 'm2'))
  })

  test('passes over what could not be fetched a moment ago', () => {
    const members = [first, second].map((choice, i) => memberOf(`m${i}`, { phase: 'sealing', choice }))
    expect(decide({ passes: choice => choice === first }, ...members)).toEqual(check(second, 'm1'))
  })

  test('does not check again what it found too far', () => {
    const one = memberOf('a', { phase: 'sealing', choice: first, sketch: sketch(2) })
    expect(decide({ refuses: first }, one)).toEqual(nothing)
  })

  test('that has nothing of its own adopts the seal of a swarm that ended without it', () => {
    const members = ['a', 'b'].map(peer => memberOf(peer, { phase: 'sealed', choice: third, sketch: sketch(9) }))
    expect(decide({ contributes: false }, ...members)).toEqual({ do: 'adopt', hash: third, holders: ['a', 'b'] })
  })

  test('that has nothing of its own does not adopt the seal of a few', () => {
    const few = memberOf('a', { phase: 'sealed', choice: third, sketch: sketch(9) })
    const many = ['b', 'c'].map(peer => memberOf(peer, { sketch: sketch(9) }))
    expect(decide({ contributes: false }, few, ...many)).toEqual(check(third, 'a'))
  })

  test('weighs a seal that two of three hold: so few overrule nobody', () => {
    expect(decide({}, ...sealedBy('a', 'b'))).toEqual(check(third, 'a', 'b'))
  })

  test('yields to a seal that three of four hold', () => {
    expect(decide({}, ...sealedBy('a', 'b', 'c'))).toEqual({ ...check(third, 'a', 'b', 'c'), yields: true })
  })

  test('waits with that until it has heard of everybody', () => {
    expect(decide({ knowsAll: false }, ...sealedBy('a', 'b', 'c'))).toEqual(nothing)
  })

  test('yields to it though it refused that seal when fewer had it', () => {
    expect(decide({ refuses: third }, ...sealedBy('a', 'b', 'c')).do).toBe('check')
    expect(decide({ refuses: third }, ...sealedBy('a', 'b'))).toEqual(nothing)
  })

  test('counts those against a seal who wait for another', () => {
    const waiting = memberOf('d', { phase: 'waiting', ownSteps: 0 })
    expect(decide({}, ...sealedBy('a', 'b', 'c'), waiting)).toEqual(check(third, 'a', 'b', 'c'))
  })

  test('yields to a seal of those who hold all that it trained', () => {
    const isIn = (holders: readonly string[]) => holders.includes('b')
    expect(decide({ isIn }, ...sealedBy('a', 'b'))).toEqual({ ...check(third, 'a', 'b'), yields: true })
  })

  test('yields to nothing while everybody still has a part', () => {
    expect(decide({ isOpen: true }, ...sealedBy('a', 'b', 'c'))).toEqual(check(third, 'a', 'b', 'c'))
  })

  test('does not adopt one of two seals', () => {
    const members = [second, third].map((choice, i) => memberOf(`m${i}`, { phase: 'sealed', choice }))
    expect(decide({ contributes: false }, ...members).do).toBe('check')
  })
})

describe('a peer that waits to begin', () => {
  const waiting = { phase: 'waiting', contributes: false } as const

  test('takes the seal of a swarm that has ended', () => {
    expect(decide(waiting, ...sealedBy('a', 'b'))).toEqual({ do: 'adopt', hash: third, holders: ['a', 'b'] })
  })

  test('takes it beside others that wait for it', () => {
    const another = memberOf('c', { phase: 'waiting', ownSteps: 0 })
    expect(decide(waiting, ...sealedBy('a', 'b'), another).do).toBe('adopt')
  })

  test('does not while somebody trains: that seal will be reopened', () => {
    expect(decide(waiting, ...sealedBy('a', 'b'), memberOf('c', { phase: 'training' }))).toEqual(nothing)
  })

  test('does not where there are two', () => {
    expect(decide(waiting, ...sealedBy('a'), memberOf('b', { phase: 'sealed', choice: first }))).toEqual(nothing)
  })
})

describe('a peer that trains', () => {
  test('goes on whatever is proposed', () => {
    expect(decide({ phase: 'training' }, memberOf('a', { phase: 'sealing', choice: first }))).toEqual(nothing)
  })

  test('goes on whatever one or two have sealed: they will reopen', () => {
    expect(decide({ phase: 'training' }, ...sealedBy('a', 'b'))).toEqual(nothing)
  })

  test('is overruled by three of four', () => {
    const action = { ...check(third, 'a', 'b', 'c'), yields: true }
    expect(decide({ phase: 'training' }, ...sealedBy('a', 'b', 'c'))).toEqual(action)
    expect(decide({ phase: 'training', knowsAll: false }, ...sealedBy('a', 'b', 'c'))).toEqual(nothing)
  })
})

describe('a peer that seals', () => {
  const sealing = { phase: 'sealing', choice: second } as const

  test('has sealed when all choose the same', () => {
    const members = [
      memberOf('a', { phase: 'sealing', choice: second }),
      memberOf('b', { phase: 'sealed', choice: second }),
    ]
    expect(decide(sealing, ...members)).toEqual({ do: 'seal' })
  })

  test('does not seal alone, when all others are gone', () => {
    expect(decide(sealing)).toEqual(nothing)
  })

  test('waits for one that has not chosen', () => {
    expect(decide(sealing, memberOf('a', { phase: 'sealing', choice: second }), memberOf('b', {}))).toEqual(nothing)
  })

  test('waits for one that has chosen something of a larger rank', () => {
    expect(decide(sealing, memberOf('a', { phase: 'sealing', choice: third }))).toEqual(nothing)
  })

  test('checks a proposal of a smaller rank', () => {
    const one = memberOf('a', { phase: 'sealing', choice: first })
    expect(decide(sealing, one)).toEqual(check(first, 'a'))
  })

  test('keeps to what one has sealed, whatever the rank of what others propose', () => {
    // Those who propose the other one hear of the seal and come over; a peer that went to meet them would never find them.
    const members = [
      memberOf('a', { phase: 'sealed', choice: second }),
      memberOf('b', { phase: 'sealing', choice: first }),
    ]
    expect(decide({ phase: 'sealing', choice: second }, ...members)).toEqual(nothing)
  })

  test('seals what one has sealed, though somebody has come since', () => {
    const members = [memberOf('a', { phase: 'sealed', choice: second }), memberOf('late', { phase: 'training' })]
    expect(decide({ phase: 'sealing', choice: second }, ...members)).toEqual({ do: 'seal' })
  })

  test('checks what is sealed, whatever its rank', () => {
    const one = memberOf('a', { phase: 'sealed', choice: third })
    expect(decide(sealing, one)).toEqual(check(third, 'a'))
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
  const sealed = { phase: 'sealed', choice: second } as const

  test('keeps its choice when something of a smaller rank is only proposed', () => {
    expect(decide(sealed, memberOf('a', { phase: 'sealing', choice: first }))).toEqual(nothing)
  })

  test('checks what others have sealed of a smaller rank', () => {
    const one = memberOf('a', { phase: 'sealed', choice: first })
    expect(decide(sealed, one)).toEqual(check(first, 'a'))
  })

  test('reopens for one that has trained since', () => {
    expect(decide(sealed, memberOf('a', { phase: 'training' }))).toEqual({ do: 'reopen' })
  })

  test('with two of three reopens for the third, with three of four for nobody', () => {
    const others = (...peers: string[]) => peers.map(peer => memberOf(peer, { phase: 'sealed', choice: second }))
    const back = memberOf('z', { phase: 'averaging', refuses: second })
    expect(decide(sealed, ...others('a'), back)).toEqual({ do: 'reopen' })
    expect(decide(sealed, ...others('a', 'b'), back)).toEqual(nothing)
  })

  test('reopens for no refusal once two thirds had sealed, though they went before it', () => {
    const refusing = memberOf('z', { phase: 'averaging', refuses: second })
    expect(decide({ ...sealed, wentSealed: 2 }, refusing)).toEqual(nothing)
    expect(decide({ ...sealed, wentSealed: 1 }, refusing)).toEqual({ do: 'reopen' })
    // One that comes back with steps of its own was not among those that had their say.
    expect(decide({ ...sealed, wentSealed: 2 }, memberOf('z', { phase: 'training' }))).toEqual({ do: 'reopen' })
  })

  test('is not disturbed by one that waits', () => {
    expect(decide(sealed, memberOf('a', { phase: 'waiting', ownSteps: 0 }))).toEqual(nothing)
  })

  test('reopens when its choice is refused', () => {
    expect(decide(sealed, memberOf('a', { refuses: second }))).toEqual({ do: 'reopen' })
  })
})

/** All there is to vary: how many of each kind there are. */
function* swarms(most: number): Generator<{ honest: number; liars: number }> {
  for (let honest = 1; honest <= most; honest++) for (let liars = 1; liars <= most; liars++) yield { honest, liars }
}

const named = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}${i}`)
const isHonest = (peer: string) => peer.startsWith('honest')
const liarsOn = (count: number, given: Partial<Announcement> = {}) =>
  named('liar', count).map(peer => memberOf(peer, { phase: 'sealed', choice: first, sketch: sketch(9), ...given }))

describe('whatever identities say that have averaged with nobody', () => {
  const strange = { knows: isHonest, isIn: () => true } as const

  test.for(['training', 'averaging', 'sealing'] as const)('a peer that is %s yields to no seal of theirs', phase => {
    const choice = phase === 'sealing' ? second : undefined
    for (const { honest, liars } of swarms(12)) {
      const members = [...named('honest', honest).map(peer => memberOf(peer, {})), ...liarsOn(liars)]
      const action = decide({ ...strange, phase, choice }, ...members)
      expect(action.do === 'adopt' || (action.do === 'check' && action.yields), `${honest} and ${liars}`).toBe(false)
    }
  })

  test('those who are about to begin take no seal of theirs while they are less than two thirds', () => {
    for (const { honest, liars } of swarms(12)) {
      const waiting = named('honest', honest).map(peer => memberOf(peer, { phase: 'waiting', ownSteps: 0 }))
      const action = decide({ ...strange, phase: 'waiting', contributes: false }, ...waiting, ...liarsOn(liars))
      expect(action.do, `${honest} and ${liars}`).toBe(3 * liars < 2 * (honest + liars) ? 'nothing' : 'adopt')
    }
  })

  test('who is about to begin listens before it takes a seal', () => {
    const waiting = { phase: 'waiting', contributes: false, knowsAll: false } as const
    expect(decide(waiting, ...liarsOn(1))).toEqual(nothing)
    expect(decide({ ...waiting, knowsAll: true }, ...liarsOn(1)).do).toBe('adopt')
  })

  test('those who sealed reopen for none of those for which they do not', () => {
    const reopensFor = isHonest
    for (const { honest, liars } of swarms(9)) {
      for (const said of [{ refuses: second }, { phase: 'training' }, { phase: 'sealed', choice: first }] as const) {
        const agreed = named('honest', honest).map(peer => memberOf(peer, { phase: 'sealed', choice: second }))
        const others = named('liar', liars).map(peer => memberOf(peer, { sketch: sketch(9), ...said }))
        const action = decide({ phase: 'sealed', choice: second, refuses: first, reopensFor }, ...agreed, ...others)
        expect(action.do, `${honest} and ${liars}`).not.toBe('reopen')
      }
    }
  })

  test('nobody takes their word for it that all have chosen', () => {
    const sealed = liarsOn(2, { choice: second })
    const members = [...sealed, memberOf('honest0', { sketch: sketch(1) })]
    expect(decide({ ...strange, phase: 'sealing', choice: second }, ...members)).toEqual(nothing)
  })
})

describe('whatever those say with whom a peer has averaged', () => {
  test('it yields to a seal of more than half that hold all it trained, or of more than two thirds, and to no other', () => {
    for (const { honest, liars } of swarms(12)) {
      const members = [...named('honest', honest).map(peer => memberOf(peer, {})), ...liarsOn(liars)]
      for (const isIn of [true, false]) {
        const action = decide({ isIn: () => isIn }, ...members)
        const overruled = 3 * liars > 2 * (honest + liars + 1)
        const yields = overruled || (isIn && 2 * liars > honest + liars)
        expect(action, `${honest} and ${liars}`).toMatchObject({ do: 'check', yields })
      }
    }
  })

  test('it never takes anything without a look, with steps of its own', () => {
    for (const { honest, liars } of swarms(12)) {
      for (const phase of ['waiting', 'training', 'averaging'] as const) {
        const members = [...named('honest', honest).map(peer => memberOf(peer, {})), ...liarsOn(liars)]
        expect(decide({ phase, isIn: () => true }, ...members).do).not.toBe('adopt')
      }
    }
  })
})
