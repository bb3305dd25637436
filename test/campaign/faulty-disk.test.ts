import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../simulations/virtual/clock.ts'
import type { Clock } from '../../src/gossip/ports.ts'
import { createLayout } from '../../src/parameters/layout.ts'
import { checkpoint, layout } from '../../src/testing/sample-checkpoint.ts'
import { type Shelf, storageCompliance } from '../../src/testing/storage-compliance.ts'
import { createFaultyDisk, type FaultyDisk, StorageError } from './faulty-disk.ts'
import { readReally } from './real-storage.ts'
import type { Damage } from './schedule.ts'

let clock = createVirtualClock()
let flushes = 0
let lives = 0

const create = () => createFaultyDisk(checkpoint.peer, layout, readReally)
let disk = create()

/** A life that ends when another begins. */
function open(of: FaultyDisk): ReturnType<FaultyDisk['open']> {
  const life = ++lives
  const alive = () => life === lives
  const own: Clock = {
    ...clock,
    async sleep(milliseconds, options) {
      flushes++
      await clock.sleep(milliseconds, options)
      if (!alive()) await new Promise(() => {})
    },
  }
  return of.open({ clock: own, alive, reach() {}, changed() {} })
}

const shelf: Shelf = {
  open: async () => {
    disk.crash(undefined)
    return open(disk)
  },
  async run(body, look = () => {}) {
    let over = false
    const result = body().finally(() => {
      over = true
    })
    const done = () => {
      look()
      return over
    }
    await Promise.race([result, clock.run(done)])
    return await result
  },
  capture() {
    const content = disk.content()
    return { content, load: async () => content }
  },
  flushes: () => flushes,
  async stop() {
    clock = createVirtualClock()
    disk = create()
  },
}

describe('a disk that nothing befalls is a storage that', () => {
  for (const { title, run } of storageCompliance(shelf)) test(title, run)
})

const entry = (frames: number) =>
  ({ type: 'decided', id: 'exchange-9', partner: 'peer-9', frames, first: 0, values: Float32Array.of(frames) }) as const

/** A disk with two checkpoints and entries after each of them, and what is resumed from after the damage. */
async function resumedAfter(damage: Damage, read = readReally): Promise<Awaited<ReturnType<FaultyDisk['resume']>>> {
  const one = createFaultyDisk(checkpoint.peer, createLayout([{ name: 'x', shape: [6], trainable: true }]), read)
  const before = { ...checkpoint, sealed: undefined, decisions: [], doubts: [], aborts: undefined }
  return await shelf.run(async () => {
    const storage = open(one)
    await storage.save({ ...before, step: 1 })
    await storage.append(entry(1))
    await storage.save({ ...before, step: 2 })
    await storage.append(entry(2))
    void storage.append(entry(3))
    // One life's flush is under way when it ends.
    await clock.sleep(0.5, { signal: new AbortController().signal })
    lives++
    one.crash(damage)
    return await one.resume(clock)
  })
}

describe('after a crash', () => {
  const framesOf = ({ checkpoint }: Awaited<ReturnType<typeof resumedAfter>>) => checkpoint?.decisions[0]?.frames

  test('what was cut short was never acknowledged, and nobody misses it', async () => {
    const resumed = await resumedAfter({ kind: 'cut', share: 0.5 })
    expect(framesOf(resumed)).toBe(2)
    expect(resumed.damage).toBeUndefined()
  })

  test('what is there as a whole counts, though nobody was told so', async () => {
    expect(framesOf(await resumedAfter({ kind: 'whole' }))).toBe(3)
  })

  test('a bit that has flipped in the checkpoint costs what was trained, and nothing of exchanges', async () => {
    const resumed = await resumedAfter({ kind: 'flip', file: 'checkpoint', share: 0.7, bit: 3 })
    expect(resumed.checkpoint).toMatchObject({ step: 1 })
    expect(resumed.damage).toMatchObject({ lostExchanges: false, message: expect.stringContaining('damaged') })
    expect(framesOf(resumed)).toBe(2)
  })

  test('a bit that has flipped in the journal costs the entries from there on, and that is told', async () => {
    const resumed = await resumedAfter({ kind: 'flip', file: 'journal', share: 0.9, bit: 3 })
    expect(framesOf(resumed)).toBeUndefined()
    expect(resumed.checkpoint).toMatchObject({ step: 2, lostExchanges: true })
    expect(resumed.damage).toMatchObject({ lostExchanges: true, message: expect.stringContaining('damaged') })
  })

  test('a storage that tells nobody of damage is caught', async () => {
    const silent: typeof readReally = async (...given) => ({ ...(await readReally(...given)), told: [] })
    const damage: Damage = { kind: 'flip', file: 'journal', share: 0.9, bit: 3 }
    await expect(resumedAfter(damage, silent)).rejects.toBeInstanceOf(StorageError)
  })
})
