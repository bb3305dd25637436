import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createTurns } from '../../../src/gossip/waiting/turns.ts'

function createCounted(gap: number) {
  const clock = createVirtualClock()
  const times: number[] = []
  const stopping = new AbortController()
  const soon = createTurns(clock, gap, () => times.push(clock.now()), stopping)
  const at = (milliseconds: number) => {
    clock.after(milliseconds, soon)
  }
  async function wait(milliseconds: number): Promise<void> {
    clock.after(milliseconds, () => {})
    await clock.run(() => clock.now() >= milliseconds)
  }
  return { times, at, wait, stop: () => stopping.abort() }
}

test('a single reason is seen to at once', async () => {
  const { times, at, wait } = createCounted(20)
  at(5)
  at(100)
  await wait(200)
  expect(times).toEqual([5, 100])
})

test('a thousand reasons in a second are seen to once in a gap, the last of them too', async () => {
  const { times, at, wait } = createCounted(20)
  for (let i = 0; i < 1_000; i++) at(i)
  await wait(1_500)
  expect(times).toEqual(Array.from({ length: 51 }, (_, i) => 20 * i))
})

test('nothing is seen to after the stop', async () => {
  const { times, at, wait, stop } = createCounted(20)
  at(0)
  at(1)
  at(30)
  await wait(5)
  stop()
  await wait(100)
  expect(times).toEqual([0])
})
