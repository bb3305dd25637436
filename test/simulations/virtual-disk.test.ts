import { describe, test } from 'vitest'
import { createVirtualClock } from '../../simulations/virtual/clock.ts'
import { createVirtualDisk } from '../../simulations/virtual/disk.ts'
import type { Clock } from '../../src/gossip/ports.ts'
import { type Shelf, storageCompliance } from '../../src/testing/storage-compliance.ts'

let clock = createVirtualClock()
let disk = createVirtualDisk()
let flushes = 0
let lives = 0

/** A clock on which nothing happens any more once another life has begun. */
function clockOfThisLife(): Clock {
  const life = ++lives
  return {
    ...clock,
    async sleep(milliseconds, options) {
      flushes++
      await clock.sleep(milliseconds, options)
      if (life !== lives) await new Promise(() => {})
    },
  }
}

const shelf: Shelf = {
  open: async () => disk.open(clockOfThisLife()),
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
    disk = createVirtualDisk()
  },
}

describe('the virtual disk is a storage that', () => {
  for (const { title, run } of storageCompliance(shelf)) test(title, run)
})
