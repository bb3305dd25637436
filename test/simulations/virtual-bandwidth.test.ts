import { expect, test } from 'vitest'
import { createVirtualClock } from '../../simulations/virtual/clock.ts'
import { createVirtualNetwork, type NetworkConditions, type Place } from '../../simulations/virtual/network.ts'
import { createRandom } from '../../src/random/random.ts'

/** Bytes that a line of 1 Mbit/s sends in a second. */
const A_SECOND = 125_000
const DELAY_MS = 10

/**
 * Peer `a` sends one frame of a second's length to each of these, all at once.
 *
 * @returns when each has arrived, in seconds
 */
async function arrivals(
  receivers: readonly string[],
  bandwidth: NetworkConditions['bandwidth'],
  places: Readonly<Record<string, Place>> = {},
): Promise<number[]> {
  const clock = createVirtualClock()
  const network = createVirtualNetwork(clock, createRandom(1), { delay: `${DELAY_MS}`, loss: 0, bandwidth })
  const { signal } = new AbortController()
  const came: number[] = []
  const port = (peer: string) => network.join(peer, places[peer])
  const sender = port('a')
  const quiet = { announcement: () => 'ignore' as const, connected() {}, acquainted() {}, disconnected() {} }
  await sender.start({ ...quiet, stream: async () => {} })
  for (const peer of new Set(receivers)) {
    await port(peer).start({
      ...quiet,
      async stream(_channel, stream) {
        await stream.read({ signal })
        came.push(clock.now() / 1_000)
      },
    })
  }
  for (const peer of receivers) {
    sender.open(peer, 'exchange', { signal }).then(stream => stream.write(new Uint8Array(A_SECOND), { signal }))
  }
  await clock.run(() => came.length === receivers.length)
  // Opening a stream takes a round trip.
  return came.map(at => Math.round(1_000 * at - 2 * DELAY_MS) / 1_000)
}

test('without a bandwidth a frame takes its delay, however long it is', async () => {
  expect(await arrivals(['b', 'c'], undefined)).toEqual([0.01, 0.01])
})

test('a host sends one frame behind the other, to whomever they go; the delay comes on top', async () => {
  expect(await arrivals(['b', 'c', 'd'], { host: 1 })).toEqual([1.01, 2.01, 3.01])
})

test('links have a bandwidth each', async () => {
  expect(await arrivals(['b', 'c', 'b'], { link: 1 })).toEqual([1.01, 1.01, 2.01])
})

test('what leaves a fast host through a slow link holds up nobody else', async () => {
  expect(await arrivals(['b', 'c'], { host: 10, link: 1 })).toEqual([1.01, 1.11])
})

test('the messages of a slow host take longer, and it sends more slowly', async () => {
  expect(await arrivals(['b'], { host: 1 }, { a: { slowness: 3 } })).toEqual([3.07])
})

test('a host receives from a slow link no faster than that carries', async () => {
  expect(await arrivals(['b', 'c'], { link: 1 }, { b: { slowness: 2 } })).toEqual([1.01, 2.04])
})
