import { describe, expect, test } from 'vitest'
import { MAX_IN_DOUBT } from '../../../src/gossip/constants.ts'
import { createLedger } from '../../../src/gossip/state/ledger.ts'

const doubt = (id: string, partner: string, frame = 0) => ({ id, partner, frame, first: 0, values: Float32Array.of(1) })

describe('the ledger', () => {
  test('knows a decision only of the partner with whom it was made', () => {
    const ledger = createLedger([{ id: 'x', partner: 'b', frames: 3 }], [])
    expect([ledger.decided('b', 'x'), ledger.decided('c', 'x'), ledger.decided('b', 'y')]).toEqual([3, 0, 0])
  })

  test('forgets a decision only for its partner', () => {
    const ledger = createLedger([{ id: 'x', partner: 'b', frames: 3 }], [])
    ledger.forget('c', 'x')
    expect(ledger.decided('b', 'x')).toBe(3)
    ledger.forget('b', 'x')
    expect(ledger.decided('b', 'x')).toBe(0)
  })

  test('gives out a doubt once', () => {
    const ledger = createLedger([], [doubt('x', 'b')])
    expect(ledger.resolve('b', 'x', 1)).toEqual([doubt('x', 'b')])
    expect(ledger.resolve('b', 'x', 1)).toEqual([])
  })

  test('gives out the doubts of the frames before a number, in order, and keeps the rest', () => {
    const ledger = createLedger(
      [],
      [0, 1, 2, 3].map(frame => doubt('x', 'b', frame)),
    )
    expect(ledger.resolve('b', 'x', 2).map(({ frame }) => frame)).toEqual([0, 1])
    expect(ledger.doubts('b').map(({ frame }) => frame)).toEqual([2, 3])
  })

  test('dismisses what is left of one exchange, and nothing of others', () => {
    const ledger = createLedger([], [doubt('x', 'b', 5), doubt('x', 'b', 6), doubt('y', 'b'), doubt('x', 'c')])
    ledger.dismiss('b', 'x')
    expect(ledger.doubts().map(({ id, partner }) => `${partner} ${id}`)).toEqual(['b y', 'c x'])
  })

  test('keeps apart doubts of the same id from two initiators', () => {
    const ledger = createLedger([], [doubt('x', 'b'), doubt('x', 'c')])
    ledger.resolve('b', 'x', 1)
    expect(ledger.doubts()).toEqual([doubt('x', 'c')])
  })

  test.for(['doubts', 'decisions'])('is full at the bound of %s', kind => {
    const ledger = createLedger([], [])
    for (let i = 0; i < MAX_IN_DOUBT; i++) {
      expect(ledger.full()).toBe(false)
      if (kind === 'doubts') ledger.prepare(doubt(`x${i}`, 'b'))
      else ledger.decide('b', `x${i}`, 1)
    }
    expect(ledger.full()).toBe(true)
  })

  test('is not full of exchanges that are still running', () => {
    const ledger = createLedger([], [])
    for (let i = 0; i < MAX_IN_DOUBT; i++) ledger.prepare(doubt(`x${i}`, 'b'))
    expect(ledger.full((_partner, id) => id === 'x3')).toBe(false)
  })

  test('drops both kinds of one partner and keeps those of others', () => {
    const ledger = createLedger(
      [
        { id: 'x', partner: 'b', frames: 3 },
        { id: 'y', partner: 'c', frames: 1 },
      ],
      [doubt('z', 'b'), doubt('z', 'c')],
    )
    ledger.drop('b')
    expect([ledger.decisions().map(({ id }) => id), ledger.doubts().map(({ partner }) => partner)]).toEqual([
      ['y'],
      ['c'],
    ])
  })

  test('keeps what was decided when its own doubts no longer mean anything', () => {
    const ledger = createLedger([{ id: 'x', partner: 'b', frames: 3 }], [doubt('z', 'b')])
    ledger.dropDoubts()
    expect([ledger.decisions().length, ledger.doubts().length]).toEqual([1, 0])
  })
})
