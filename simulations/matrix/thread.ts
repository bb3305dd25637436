/**
 * A thread for a part of a swarm. Started by `threads.ts`.
 *
 * @packageDocumentation
 */

import { parentPort, workerData } from 'node:worker_threads'
import { sendError } from '../../src/training/remote/sent-error.ts'
import type { ThreadReport, ThreadStart } from './plan.ts'
import { runThread } from './run-thread.ts'

function report(message: ThreadReport): void {
  parentPort?.postMessage(message)
}

runThread(workerData as ThreadStart, report, false).catch(error => report({ kind: 'failed', error: sendError(error) }))
