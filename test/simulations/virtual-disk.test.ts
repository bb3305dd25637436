import { createVirtualClock } from '../../simulations/virtual/clock.ts'
import { createVirtualDisk } from '../../simulations/virtual/disk.ts'
import type { Clock } from '../../src/gossip/ports.ts'
import { storageCompliance } from '../storage/storage-compliance.ts'

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

storageCompliance('the virtual disk', {
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
})
