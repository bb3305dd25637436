import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import type { Member } from '../../../src/gossip/membership/membership.ts'
import { createRunTime } from '../../../src/gossip/run/run-time.ts'
import { announcementOf } from '../announcements.ts'

const TIMEOUT_BOUNDS = 2

function createTime() {
  const clock = createVirtualClock()
  return {
    clock,
    async until(at: number) {
      clock.after(at - clock.now(), () => {})
      await clock.run(() => clock.now() >= at)
    },
  }
}

function memberOf(peer: string, heard: number, run: Announcement['run'], done = false): Member {
  return { peer, heard, announcement: announcementOf({ phase: 'training', done, run }) }
}

test('a latecomer ends with those that were there from the beginning, however old what it heard was', async () => {
  const { clock, until } = createTime()
  const latecomer = createRunTime(clock, TIMEOUT_BOUNDS, () => true)
  // They began at 0, and said so at 10,200 and 10,900.
  await until(11_000)
  const before = { founder: true, halfTime: undefined }
  latecomer.begin([
    memberOf('one', 10_200, { ...before, elapsed: 10_200 }),
    memberOf('two', 10_900, { ...before, elapsed: 10_900 }),
  ])

  // All are done, and have not said their T: its own would be a later one.
  await until(12_400)
  const done = (halfTime: number | undefined) =>
    ['one', 'two'].map(peer => memberOf(peer, 12_300, { founder: true, elapsed: 12_300, halfTime }, true))
  latecomer.look(done(undefined), false)
  expect(latecomer.told()?.halfTime).toBeUndefined()
  expect(latecomer.patience()).toBeUndefined()
  await until(13_000)
  latecomer.look(done(12_000), false)
  expect(latecomer.told()).toEqual({ elapsed: 13_000, founder: false, halfTime: 12_000 })
  expect(latecomer.patience()).toBe(TIMEOUT_BOUNDS * 12_000)

  await until(TIMEOUT_BOUNDS * 12_000 - 1)
  expect(latecomer.over()).toBe(false)
  await until(TIMEOUT_BOUNDS * 12_000 + 1)
  expect(latecomer.over()).toBe(true)
})

test('where none of those that began is left, the others see T themselves', async () => {
  const { clock, until } = createTime()
  const one = createRunTime(clock, TIMEOUT_BOUNDS, () => true)
  await until(6_000)
  one.begin([memberOf('founder', 6_000, { founder: true, elapsed: 6_000, halfTime: undefined })])
  await until(9_000)
  one.look([memberOf('other', 9_000, { founder: false, elapsed: 9_000, halfTime: undefined }, true)], false)
  expect(one.told()?.halfTime).toBe(9_000)
})

test('those that began a moment before began together with this one, though most of them say that they are done', async () => {
  const { clock, until } = createTime()
  const one = createRunTime(clock, TIMEOUT_BOUNDS, () => true)
  await until(2_000)
  const run = { founder: true, elapsed: 2_000, halfTime: undefined }
  const members = ['a', 'b', 'c'].map(peer => memberOf(peer, 2_000, run, true))
  one.begin(members)
  one.look([...members, memberOf('d', 2_000, run), memberOf('e', 2_000, run)], false)
  expect(one.told()).toEqual({ elapsed: 0, founder: true, halfTime: undefined })
})
