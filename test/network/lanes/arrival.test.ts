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
    expect(ended).toEqual([{ bytes: 10_000, rate: 500 }])
    const next = open()
    next.bring(5_000)
    clock.now += 50
    next.bring(5_000)
    next.end()
    expect(ended[1]).toEqual({ bytes: 10_000, rate: 200 })
  })

  test('counts no time before the parameters, or after them, and every pause between', () => {
    const { clock, ended, open } = arrivalsInTime()
    const stream = open()
    stream.bring(200)
    clock.now += 60_000
    for (const pause of [100, 3_900, 60_000]) {
      stream.bring(200_000)
      clock.now += pause
    }
    stream.end()
    expect(ended).toEqual([{ bytes: 600_200, rate: 150.05 }])
  })
})
