import { describe, expect, test } from 'vitest'
import { type Arrived, createArrivals } from '../../../src/network/lanes/arrival.ts'

/** Streams on which bytes come when a test says so. */
function arrivalsInTime() {
  const clock = { now: 5_000 }
  const ended: Arrived[] = []
  const arrivals = createArrivals(
    arrived => ended.push(arrived),
    () => clock.now,
  )
  return {
    clock,
    ended,
    open() {
      const stream = new EventTarget()
      arrivals.watch(stream as Parameters<typeof arrivals.watch>[0])
      return {
        bring(bytes: number) {
          stream.dispatchEvent(Object.assign(new Event('message'), { data: new Uint8Array(bytes) }))
        },
        end: () => stream.dispatchEvent(new Event('close')),
      }
    },
  }
}

describe('what comes on streams', () => {
  test('is told when the last of those that were open together has ended, and begins anew', () => {
    const { clock, ended, open } = arrivalsInTime()
    const [one, other] = [open(), open()]
    for (let turn = 0; turn < 4; turn++) {
      for (const stream of [one, other]) stream.bring(1_000)
      clock.now += 10
    }
    one.end()
    expect(ended).toEqual([])
    other.bring(2_000)
    other.end()
    expect(ended).toEqual([{ bytes: 10_000, rate: 250 }])
    const next = open()
    next.bring(50)
    clock.now += 5
    next.bring(50)
    next.end()
    expect(ended[1]).toEqual({ bytes: 100, rate: 20 })
  })

  test('counts no time in which nothing is said', () => {
    const { clock, ended, open } = arrivalsInTime()
    const stream = open()
    for (const pause of [100, 60_000, 100, 0]) {
      stream.bring(500)
      clock.now += pause
    }
    stream.end()
    expect(ended).toEqual([{ bytes: 2_000, rate: 10 }])
  })
})
