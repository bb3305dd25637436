import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../src/random/random.ts'
import { createSwitch, type SwitchOptions } from './switching.ts'

const ALL = 0xff

/** A frame from one station to another one, by the last bytes of their addresses. */
function frame(to: number, from: number, bytes = 1_000): Uint8Array {
  const made = new Uint8Array(bytes)
  made.set(to === ALL ? [ALL, ALL, ALL, ALL, ALL, ALL] : [2, 0, 0, 0, 0, to])
  made.set([2, 0, 0, 0, 0, from], 6)
  return made
}

/** A switch with stations 1, 2 and 3 at ports of the same numbers, in a time of its own. */
function tried(options: Partial<SwitchOptions>) {
  let now = 0
  const delivered: { readonly port: number; readonly at: number }[] = []
  const network = createSwitch({
    random: () => 0.5,
    now: () => now,
    deliver: port => delivered.push({ port, at: now }),
    ...options,
  })
  for (const port of [1, 2, 3]) network.open(port)
  function finish(): typeof delivered {
    for (let next = network.work(); next !== undefined; next = network.work()) now += next
    return delivered
  }
  return { take: network.take, finish }
}

describe('the switch of our own', () => {
  test('sends to all what is for all or for an unknown station, and to one what is for one', () => {
    const { take, finish } = tried({})
    take(1, frame(ALL, 1))
    take(2, frame(1, 2))
    take(3, frame(9, 3))
    const ports = finish().map(({ port }) => port)
    expect(ports.toSorted()).toEqual([1, 1, 2, 2, 3])
  })

  test('delays each frame, and sends at a rate over the wires of sender and receiver', () => {
    const { take, finish } = tried({ delayMs: 50, rateMbps: 8 })
    take(2, frame(ALL, 2))
    take(1, frame(2, 1))
    take(1, frame(2, 1))
    // A thousand bytes take a millisecond on each wire.
    const arrived = finish().filter(({ port }) => port === 2)
    expect(arrived.map(({ at }) => at)).toEqual([52, 53])
  })

  test('drops what a full wire has no room for', () => {
    const { take, finish } = tried({ rateMbps: 8 })
    take(2, frame(ALL, 2))
    for (let i = 0; i < 500; i++) take(1, frame(2, 1))
    // A tenth of a second, the one that is being sent, and the one that finds it just full.
    expect(finish().filter(({ port }) => port === 2).length).toBe(101)
  })

  test('loses the share that it is to lose', () => {
    const random = createRandom(1)
    const { take, finish } = tried({ loss: 0.1, random: () => random.uniform() })
    take(2, frame(ALL, 2))
    for (let i = 0; i < 10_000; i++) take(1, frame(2, 1))
    const arrived = finish().filter(({ port }) => port === 2).length
    expect(arrived / 10_000).toBeGreaterThan(0.88)
    expect(arrived / 10_000).toBeLessThan(0.92)
  })
})
