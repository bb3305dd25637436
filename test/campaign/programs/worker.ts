/** Runs the seeds that it is given, one after the other. */

import { parentPort } from 'node:worker_threads'
import { runSeed } from '../seed-run.ts'

// Thousands of streams are cut in a run; nobody reads where, and collecting it is a tenth of the time.
Error.stackTraceLimit = 3

parentPort?.on('message', async ({ seed, shrinkMs }: { seed: number; shrinkMs: number }) => {
  parentPort?.postMessage(await runSeed(seed, { shrinking: { milliseconds: shrinkMs } }))
})
