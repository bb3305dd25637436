import { describe, expect, it } from 'vitest'
import { AUTO_REMEMBERED_EXCHANGES } from '../../../src/gossip/pace/constants.ts'
import { createExchangeTime } from '../../../src/gossip/pace/exchange-time.ts'

/** Exchanges of so many bytes that took 40 ms and one for every 1000 bytes. */
function heard(bytes: readonly number[], times = createExchangeTime()) {
  for (const each of bytes) times.took(each, 40 + each / 1_000, 5)
  return times
}

const often = (bytes: number, times: number) => Array.from({ length: times }, () => bytes)

describe('the time of an exchange', () => {
  it('is known from the first exchange on, and of those of the same bytes as that of one', () => {
    expect(createExchangeTime().estimate()).toBeUndefined()
    for (const times of [1, 2, 3]) {
      expect(heard(often(10_000, times)).estimate()).toEqual({ fixed: 15, perByte: (50 - 15) / 10_000 })
    }
  })

  it('was at least that of the shortest of the last ones', () => {
    const times = heard([1_000, 10_000, 20_000])
    expect([times.least(1), times.least(2), times.least(3)]).toEqual([60, 50, 41])
  })

  it('is told apart into what bytes take and what is always there, where exchanges differ in bytes', () => {
    const { fixed, perByte } = heard([10_000, 10_000, 10_000, 40_000, 40_000]).estimate() ?? {}
    expect(fixed).toBeCloseTo(40, 9)
    expect(perByte).toBeCloseTo(1 / 1_000, 12)
  })

  it('is three round trips and the rest for the bytes, where all have the same bytes', () => {
    expect(heard(often(10_000, 5)).estimate()).toEqual({ fixed: 15, perByte: (50 - 15) / 10_000 })
  })

  it('is not told apart by a single exchange that was cut short', () => {
    expect(heard([...often(10_000, 5), 1_000]).estimate()?.fixed).toBe(15)
  })

  it('is not moved by a straggler', () => {
    const times = heard([10_000, 40_000, 10_000, 40_000])
    times.took(40_000, 100_000, 5)
    expect(heard([10_000, 40_000, 10_000, 40_000], times).estimate()?.fixed).toBeCloseTo(40, 9)
  })

  it('still knows what is always there when exchanges have become alike', () => {
    const times = heard([10_000, 40_000, 10_000, 40_000])
    times.estimate()
    const { fixed, perByte } = heard(often(10_000, AUTO_REMEMBERED_EXCHANGES), times).estimate() ?? {}
    expect(fixed).toBeCloseTo(40, 9)
    expect(perByte).toBeCloseTo(1 / 1_000, 12)
  })

  it('has nothing always there that is more than all that exchanges take now', () => {
    const times = heard([10_000, 40_000, 10_000, 40_000])
    times.estimate()
    for (let i = 0; i < AUTO_REMEMBERED_EXCHANGES; i++) times.took(10_000, 30, 5)
    expect(times.estimate()).toEqual({ fixed: 30, perByte: 0 })
  })

  it('does not become shorter with bytes, whatever chance says', () => {
    const times = createExchangeTime()
    for (const [bytes, milliseconds] of [
      [10_000, 60],
      [10_000, 60],
      [40_000, 50],
      [40_000, 50],
    ]) {
      times.took(bytes, milliseconds, 5)
    }
    expect(times.estimate()?.perByte).toBe(0)
  })
})
