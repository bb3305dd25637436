import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { MAX_MEMBERS } from '../../../src/gossip/constants.ts'
import {
  LONGEST_ANNOUNCE_INTERVAL_MS,
  MEMBER_EXPIRY_MS,
  MEMBER_FORGOTTEN_MS,
  RETURN_BURST,
  RETURN_GAP_MS,
} from '../../../src/gossip/membership/constants.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { announcementOf } from '../announcements.ts'

async function createAging() {
  const clock = createVirtualClock()
  const membership = createMembership(clock)
  const wait = async (milliseconds: number) => {
    let over = false
    clock.after(milliseconds, () => {
      over = true
    })
    await clock.run(() => over)
  }
  return { membership, wait }
}

describe('the membership', () => {
  test('lists those alive by their ids', async () => {
    const { membership } = await createAging()
    for (const peer of ['c', 'a', 'b']) membership.hear(peer, announcementOf())
    expect(membership.alive().map(({ peer }) => peer)).toEqual(['a', 'b', 'c'])
  })

  test('shows the newest announcement of a member', async () => {
    const { membership } = await createAging()
    membership.hear('a', announcementOf({ sequence: 1, age: 1 }))
    membership.alive()
    membership.hear('a', announcementOf({ sequence: 2, age: 2 }))
    expect(membership.alive().map(({ announcement }) => announcement.age)).toEqual([2])
  })

  test('tells news from repetitions and from what came late', async () => {
    const { membership } = await createAging()
    const news = [3, 3, 2, 4].map(sequence => membership.hear('a', announcementOf({ sequence })).isNewer)
    expect(news).toEqual([true, false, false, true])
  })

  test('tells who has joined', async () => {
    const { membership } = await createAging()
    const joined = [1, 2].map(sequence => membership.hear('a', announcementOf({ sequence })).joined)
    expect(joined).toEqual([true, false])
  })

  test('takes a member that fell silent for gone, but not for good', async () => {
    const { membership, wait } = await createAging()
    membership.hear('a', announcementOf())
    await wait(MEMBER_EXPIRY_MS + 1)
    expect(membership.sweep()).toEqual(['a'])
    expect([membership.isAlive('a'), membership.isGone('a'), membership.vanished().length]).toEqual([false, false, 1])
  })

  test('keeps a member that speaks', async () => {
    const { membership, wait } = await createAging()
    for (let sequence = 0; sequence < 5; sequence++) {
      membership.hear('a', announcementOf({ sequence }))
      await wait(MEMBER_EXPIRY_MS - 1)
      expect(membership.sweep()).toEqual([])
    }
  })

  test('keeps a member of a large swarm for ten of the intervals that it says', async () => {
    const { membership, wait } = await createAging()
    for (let i = 0; i < 79; i++) membership.hear(`member-${i}`, announcementOf({ every: 2_667 }))
    await wait(26_000)
    expect(membership.sweep()).toEqual([])
    await wait(1_000)
    expect(membership.sweep().length).toBe(79)
  })

  test('keeps one that says a huge interval no longer than twice as long as others', async () => {
    const { membership, wait } = await createAging()
    for (const peer of ['a', 'b', 'c']) membership.hear(peer, announcementOf())
    membership.hear('liar', announcementOf({ every: LONGEST_ANNOUNCE_INTERVAL_MS }))
    await wait(MEMBER_EXPIRY_MS + 1)
    expect(membership.sweep()).toEqual(['a', 'b', 'c'])
    await wait(MEMBER_EXPIRY_MS)
    expect(membership.sweep()).toEqual(['liar'])
    await wait(MEMBER_FORGOTTEN_MS)
    membership.sweep()
    expect(membership.isGone('liar')).toBe(true)
  })

  test('forgets a member that stays silent', async () => {
    const { membership, wait } = await createAging()
    membership.hear('a', announcementOf())
    await wait(MEMBER_EXPIRY_MS + 1)
    membership.sweep()
    await wait(MEMBER_FORGOTTEN_MS)
    membership.sweep()
    expect([membership.isGone('a'), membership.vanished().length]).toEqual([true, 0])
  })

  test('lets a member that vanished come back', async () => {
    const { membership, wait } = await createAging()
    membership.hear('a', announcementOf({ sequence: 1 }))
    await wait(MEMBER_EXPIRY_MS + 1)
    membership.sweep()
    expect(membership.hear('a', announcementOf({ sequence: 2 }))).toEqual({ isNewer: true, joined: true })
    expect([membership.isAlive('a'), membership.vanished().length]).toEqual([true, 0])
  })

  test('counts a member out when it says goodbye, and forgets it when it could have come back', async () => {
    const { membership, wait } = await createAging()
    membership.hear('a', announcementOf({ sequence: 1 }))
    membership.hear('a', announcementOf({ sequence: 2, phase: 'left' }))
    expect([membership.alive().length, membership.vanished().length, membership.isGone('a')]).toEqual([0, 0, false])
    await wait(MEMBER_FORGOTTEN_MS + 1)
    membership.sweep()
    expect(membership.isGone('a')).toBe(true)
  })

  test('neither counts nor expects a member that was expelled', async () => {
    const { membership, wait } = await createAging()
    membership.hear('a', announcementOf())
    membership.expel('a')
    expect([membership.alive(), membership.vanished()]).toEqual([[], []])
    await wait(MEMBER_EXPIRY_MS + 1)
    expect(membership.sweep()).toEqual([])
  })

  test('is not fooled by an old announcement of a member that has left', async () => {
    const { membership } = await createAging()
    membership.hear('a', announcementOf({ sequence: 5, phase: 'left' }))
    expect(membership.hear('a', announcementOf({ sequence: 4 })).isNewer).toBe(false)
    expect(membership.isAlive('a')).toBe(false)
  })

  test('keeps no more members than fit', async () => {
    const { membership } = await createAging()
    for (let i = 0; i <= MAX_MEMBERS; i++) membership.hear(`peer ${i}`, announcementOf())
    expect(membership.alive().length).toBe(MAX_MEMBERS)
  })

  test('has room for those that come where others have left', async () => {
    const { membership } = await createAging()
    for (let i = 0; i < MAX_MEMBERS; i++) membership.hear(`peer ${i}`, announcementOf({ phase: 'left' }))
    expect(membership.hear('new', announcementOf())).toEqual({ isNewer: true, joined: true })
    expect(membership.isGone('peer 0')).toBe(true)
  })

  test('lets a member come back that has left, some times in a row and then once in a while', async () => {
    const { membership, wait } = await createAging()
    let sequence = 1
    const comesBack = () => {
      membership.hear('a', announcementOf({ sequence: sequence++, phase: 'left' }))
      return membership.hear('a', announcementOf({ sequence: sequence++ })).joined
    }
    membership.hear('a', announcementOf({ sequence: sequence++ }))
    const back = Array.from({ length: 20 }, comesBack).filter(joined => joined).length
    expect([back > RETURN_BURST - 1, back < RETURN_BURST + 3]).toEqual([true, true])
    await wait(RETURN_GAP_MS)
    expect(comesBack()).toBe(true)
  })
})
