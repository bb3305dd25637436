import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { HearsayError } from '../../src/errors.ts'
import { receiveError } from '../../src/training/remote/sent-error.ts'
import type { TestCounts } from '../../src/worth/counts.ts'
import type { RoundResult } from '../result.ts'
import type { Ending, ThreadReport, ThreadStart } from './plan.ts'

/** The outcome of all threads. */
export interface Finished {
  readonly ending: Ending
  /** Real time in rounds without evaluations, of the first thread: they are in step. */
  readonly roundSeconds: number
  /** Local steps of all peers. */
  readonly trained: number
  /** Test results of x̄; undefined where nothing is counted, or it has diverged. */
  readonly counts: TestCounts | undefined
}

/**
 * Runs the parts of a swarm to their end: in threads, or in this one where there is but one part.
 *
 * @param starts one for each part
 * @throws what went wrong first
 */
export async function runThreads(
  starts: readonly ThreadStart[],
  onRound: (round: RoundResult) => void,
): Promise<Finished> {
  const reports = starts.length === 1 ? [await runHere(starts[0], onRound)] : await runBeside(starts, onRound)
  const [{ ending, roundSeconds, counts }] = reports
  return { ending, roundSeconds, counts, trained: reports.reduce((sum, report) => sum + report.trained, 0) }
}

async function runHere(start: ThreadStart, onRound: (round: RoundResult) => void): Promise<Finished> {
  const { runThread } = await import('./run-thread.ts')
  let done: Finished | undefined
  const report = (message: ThreadReport) => {
    if (message.kind === 'round') onRound(message.round)
    else if (message.kind === 'done') done = message
  }
  await runThread(start, report, true)
  if (done === undefined) throw new HearsayError('the simulation ended without a result')
  return done
}

/** Whatever goes wrong in one thread ends all, and none is left behind. */
async function runBeside(starts: readonly ThreadStart[], onRound: (round: RoundResult) => void): Promise<Finished[]> {
  const workers: Worker[] = []
  try {
    return await Promise.all(
      starts.map(start => {
        // The file beside this one is `.ts` in the sources and `.js` once built.
        const file = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)
        // Without this process's own flags: one started with --eval passes on flags that no file can be run with.
        const worker = new Worker(file, { workerData: start, name: 'hearsay simulation', execArgv: [] })
        workers.push(worker)
        return finished(worker, onRound)
      }),
    )
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()))
  }
}

function finished(worker: Worker, onRound: (round: RoundResult) => void): Promise<Finished> {
  return new Promise((resolve, reject) => {
    worker.on('message', (report: ThreadReport) => {
      if (report.kind === 'round') onRound(report.round)
      else if (report.kind === 'done') resolve(report)
      else reject(receiveError(report.error))
    })
    worker.on('error', reject)
    worker.on('exit', code => reject(new HearsayError(`a thread of the simulation ended with exit code ${code}`)))
  })
}
