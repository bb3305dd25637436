import { describe, expect, test } from 'vitest'
import { MAX_IN_DOUBT } from '../../src/gossip/constants.ts'
import { createLedger } from '../../src/gossip/ledger.ts'

const doubt = (id: string, partner: string) => ({ id, partner, difference: Float32Array.of(1) })

describe('the ledger', () => {
  test('knows a decision only of the partner with whom it was made', () => {
    const ledger = createLedger([{ id: 'x', partner: 'b' }], [])
    expect([ledger.decided('b', 'x'), ledger.decided('c', 'x'), ledger.decided('b', 'y')]).toEqual([true, false, false])
  })

  test('forgets a decision only for its partner', () => {
    const ledger = createLedger([{ id: 'x', partner: 'b' }], [])
    ledger.forget('c', 'x')
    expect(ledger.decided('b', 'x')).toBe(true)
    ledger.forget('b', 'x')
    expect(ledger.decided('b', 'x')).toBe(false)
  })

  test('gives out a doubt once', () => {
    const ledger = createLedger([], [doubt('x', 'b')])
    expect(ledger.resolve('b', 'x')).toEqual(doubt('x', 'b'))
    expect(ledger.resolve('b', 'x')).toBeUndefined()
  })

  test('keeps apart doubts of the same id from two initiators', () => {
    const ledger = createLedger([], [doubt('x', 'b'), doubt('x', 'c')])
    ledger.resolve('b', 'x')
    expect(ledger.doubts()).toEqual([doubt('x', 'c')])
  })

  test.for(['doubts', 'decisions'])('is full at the bound of %s', kind => {
    const ledger = createLedger([], [])
    for (let i = 0; i < MAX_IN_DOUBT; i++) {
      expect(ledger.full()).toBe(false)
      if (kind === 'doubts') ledger.prepare(doubt(`x${i}`, 'b'))
      else ledger.decide({ id: `x${i}`, partner: 'b' })
    }
    expect(ledger.full()).toBe(true)
  })

  test('drops both kinds of one partner and keeps those of others', () => {
    const ledger = createLedger(
      [
        { id: 'x', partner: 'b' },
        { id: 'y', partner: 'c' },
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
    const ledger = createLedger([{ id: 'x', partner: 'b' }], [doubt('z', 'b')])
    ledger.dropDoubts()
    expect([ledger.decisions().length, ledger.doubts().length]).toEqual([1, 0])
  })
})
