/** Loaded into a process before its program: writes how its event loop and its memory are, twice a second, to the file that `VITALS` names. */

import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

/** How often libuv's timer looks, in milliseconds, which is the delay of a loop that is idle. */
const RESOLUTION_MS = 5

const file = process.env.VITALS
if (isMainThread && file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let peak = 0
  setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
    writeFileSync(file, JSON.stringify({ loopDelayMs: delay.mean / 1e6 - RESOLUTION_MS, peakBytes: peak }))
  }, 500).unref()
}
