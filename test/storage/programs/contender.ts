/** A thread that tries to take a lock, many times, against others that do the same. */

import { randomBytes } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { LockedError, takeLock } from '../../../src/storage/lock.ts'

export interface Contest {
  readonly file: string
  /**
   * Whether all attempts are made at once and whoever gets the lock keeps it; else they are made one after the other,
   * and a holder leaves soon: in turns by giving the lock back, and like one that is killed.
   */
  readonly keep: boolean
  readonly attempts: number
  /** Id of a process that has ended. */
  readonly ended: number
  /** `[1 once the contest has begun, holders now, holders at once at most]` */
  readonly shared: Int32Array<SharedArrayBuffer>
}

const { file, keep, attempts, ended, shared } = workerData as Contest
let taken = 0

async function attempt(): Promise<void> {
  const release = await takeLock(file).catch(error => {
    if (!(error instanceof LockedError)) throw error
  })
  if (release === undefined) return
  taken++
  const holders = Atomics.add(shared, 1, 1) + 1
  if (holders > Atomics.load(shared, 2)) Atomics.store(shared, 2, holders)
  if (keep) return
  await setImmediate()
  Atomics.sub(shared, 1, 1)
  if (taken % 2 === 0) await release()
  else abandon()
}

function abandon(): void {
  const token = randomBytes(8).toString('hex')
  const left = `${file}.${token}.left`
  writeFileSync(left, JSON.stringify({ pid: ended, token }))
  renameSync(left, file)
}

parentPort?.postMessage('ready')
Atomics.wait(shared, 0, 0)
if (keep) await Promise.all(Array.from({ length: attempts }, attempt))
else for (let i = 0; i < attempts; i++) await attempt()
parentPort?.postMessage(taken)
