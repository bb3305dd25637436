import { describe, expect, test } from 'vitest'
import { WINDOW_FRAMES } from '../../../src/gossip/constants.ts'
import { createLedger } from '../../../src/gossip/state/ledger.ts'

const doubt = (id: string, partner: string, frame = 0) => ({ id, partner, frame, first: 0, values: Float32Array.of(1) })
const added = (value: number) => ({ first: 0, values: Float32Array.of(value) })

describe('the ledger', () => {
  test('knows a decision only of the partner with whom it was made', () => {
    const ledger = createLedger({ decisions: [{ id: 'x', partner: 'b', frames: 3 }] })
    expect([ledger.decided('b', 'x'), ledger.decided('c', 'x'), ledger.decided('b', 'y')]).toEqual([3, 0, 0])
  })

  test('forgets a decision only for its partner', () => {
    const ledger = createLedger({ decisions: [{ id: 'x', partner: 'b', frames: 3 }] })
    ledger.forget('c', 'x')
    expect(ledger.decided('b', 'x')).toBe(3)
    ledger.forget('b', 'x')
    expect(ledger.decided('b', 'x')).toBe(0)
  })

  test('gives out a doubt once', () => {
    const ledger = createLedger({ doubts: [doubt('x', 'b')] })
    expect(ledger.resolve('b', 'x', 1)).toEqual([doubt('x', 'b')])
    expect(ledger.resolve('b', 'x', 1)).toEqual([])
  })

  test('gives out the doubts of the frames before a number, in order, and keeps the rest', () => {
    const ledger = createLedger({ doubts: [0, 1, 2, 3].map(frame => doubt('x', 'b', frame)) })
    expect(ledger.resolve('b', 'x', 2).map(({ frame }) => frame)).toEqual([0, 1])
    expect(ledger.doubts('b').map(({ frame }) => frame)).toEqual([2, 3])
  })

  test('dismisses what is left of one exchange, and nothing of others', () => {
    const ledger = createLedger({ doubts: [doubt('x', 'b', 5), doubt('x', 'b', 6), doubt('y', 'b'), doubt('x', 'c')] })
    ledger.dismiss('b', 'x')
    expect(ledger.doubts().map(({ id, partner }) => `${partner} ${id}`)).toEqual(['b y', 'c x'])
  })

  test('keeps apart doubts of the same id from two initiators', () => {
    const ledger = createLedger({ doubts: [doubt('x', 'b'), doubt('x', 'c')] })
    ledger.resolve('b', 'x', 1)
    expect(ledger.doubts()).toEqual([doubt('x', 'c')])
  })

  test('takes back what was added for frames that the other side has not applied, once', () => {
    const ledger = createLedger()
    for (const frames of [1, 2, 3]) ledger.decide('b', 'x', frames, added(frames))
    expect(ledger.takeBack('c', 'x', 0)).toEqual([])
    expect(ledger.takeBack('b', 'x', 1)).toEqual([added(2), added(3)])
    expect([ledger.takeBack('b', 'x', 1), ledger.decided('b', 'x')]).toEqual([[], 0])
  })

  test('never takes back what was acknowledged, whatever the other side says then', () => {
    const ledger = createLedger()
    for (const frames of [1, 2, 3]) ledger.decide('b', 'x', frames, added(frames))
    ledger.acknowledge('b', 'x', 2)
    expect(ledger.takeBack('b', 'x', 0)).toEqual([added(3)])
  })

  test('keeps what was added for as many frames as can be under way, and for no more', () => {
    const ledger = createLedger()
    for (let frames = 1; frames <= 2 * WINDOW_FRAMES; frames++) ledger.decide('b', 'x', frames, added(frames))
    expect(ledger.held()).toEqual([{ partner: 'b', id: 'x', side: 'initiator', frames: WINDOW_FRAMES }])
    expect(ledger.takeBack('b', 'x', 2 * WINDOW_FRAMES - 1)).toEqual([added(2 * WINDOW_FRAMES)])
  })

  test('remembers that it gave up an exchange, and of nobody else of that id, until it is dismissed', () => {
    const ledger = createLedger({ doubts: [doubt('x', 'b', 5), doubt('x', 'c', 5)] })
    ledger.abort('b', 'x', 5)
    expect(ledger.durable()).toEqual({
      decisions: [],
      doubts: [doubt('x', 'c', 5)],
      aborts: [{ id: 'x', partner: 'b', frames: 5 }],
    })
    expect([ledger.isAborted('b', 'x'), ledger.isAborted('c', 'x'), ledger.open('b')]).toEqual([true, false, true])
    ledger.dismiss('b', 'x')
    expect([ledger.isAborted('b', 'x'), ledger.open('b')]).toEqual([false, false])
  })

  test('begins anew with what it had', () => {
    const ledger = createLedger({ doubts: [doubt('x', 'b')] })
    ledger.decide('c', 'y', 1, added(1))
    ledger.prepare(doubt('z', 'd'))
    ledger.abort('d', 'z', 0)
    expect(createLedger(ledger.durable()).durable()).toEqual(ledger.durable())
  })

  test('holds what an exchange has left in memory of its own', () => {
    const values = Float32Array.of(1, 2)
    const ledger = createLedger({ doubts: [{ ...doubt('x', 'b'), values }] })
    ledger.decide('b', 'y', 1, { first: 0, values })
    ledger.detach('b', 'x')
    ledger.detach('b', 'y')
    values.fill(9)
    expect([ledger.doubts()[0].values, ledger.decisions()[0].added?.[0].values]).toEqual([
      Float32Array.of(1, 2),
      Float32Array.of(1, 2),
    ])
  })

  test('drops everything of one partner and keeps those of others', () => {
    const ledger = createLedger({
      decisions: [
        { id: 'x', partner: 'b', frames: 3 },
        { id: 'y', partner: 'c', frames: 1 },
      ],
      doubts: [doubt('z', 'b'), doubt('z', 'c')],
      aborts: [{ id: 'w', partner: 'b', frames: 0 }],
    })
    ledger.drop('b')
    expect([ledger.decisions().map(({ id }) => id), ledger.doubts().map(({ partner }) => partner)]).toEqual([
      ['y'],
      ['c'],
    ])
    expect(ledger.aborts()).toEqual([])
  })

  test('keeps what was decided when its own doubts no longer mean anything', () => {
    const ledger = createLedger({ decisions: [{ id: 'x', partner: 'b', frames: 3 }], doubts: [doubt('z', 'b')] })
    ledger.dropDoubts()
    expect([ledger.decisions().length, ledger.doubts().length]).toEqual([1, 0])
  })

  test('takes nothing back from parameters that have taken the place of those to which it was added', () => {
    const ledger = createLedger()
    ledger.decide('b', 'x', 1, added(1))
    ledger.dropDoubts()
    expect([ledger.decided('b', 'x'), ledger.takeBack('b', 'x', 0)]).toEqual([1, []])
  })
})
