import { type Failure, type Outcome, type RunOptions, runSchedule } from './run-schedule.ts'
import { drawSchedule, type Schedule } from './schedule.ts'
import { type ShrinkLimit, shrink } from './shrink.ts'

/** The run of one seed, or of one schedule. */
export interface SeedRun {
  readonly seed: number
  readonly outcome: Outcome
  /** Present where it has failed. */
  readonly smaller?: { readonly schedule: Schedule; readonly failure: Failure; readonly runs: number }
}

export interface SeedRunOptions extends RunOptions {
  /** Of what is done to make a failure smaller. */
  readonly shrinking: ShrinkLimit
}

/** A smaller schedule has so much longer than the failure took, at least. */
const SHORTEST_MS = 5_000

/** A run in which a promise is rejected and nobody listens has failed as well: it would end a deployed peer. */
export async function runWatched(schedule: Schedule, options: RunOptions = {}): Promise<Outcome> {
  const rejected: unknown[] = []
  const note = (reason: unknown) => void rejected.push(reason)
  process.on('unhandledRejection', note)
  try {
    const outcome = await runSchedule(schedule, options)
    // Rejections are told after all that goes on by itself has gone on.
    await new Promise(resolve => setImmediate(resolve))
    if (rejected.length === 0 || outcome.failure !== undefined) return outcome
    const [reason] = rejected
    const what = `a rejection that nobody handles: ${reason instanceof Error ? (reason.stack ?? reason.message) : reason}`
    return { ...outcome, failure: { invariant: 'error', what, at: outcome.took } }
  } finally {
    process.off('unhandledRejection', note)
  }
}

export async function runSeed(seed: number, options: SeedRunOptions): Promise<SeedRun> {
  return await runAndShrink(drawSchedule(seed), options)
}

export async function runAndShrink(
  schedule: Schedule,
  { shrinking, log, ...options }: SeedRunOptions,
): Promise<SeedRun> {
  const { seed } = schedule
  const outcome = await runWatched(schedule, { ...options, log })
  const { failure } = outcome
  if (failure === undefined) return { seed, outcome }
  let last = failure
  // What is smaller fails soon, or in another way.
  const within = Math.max(2 * failure.at, failure.at + SHORTEST_MS)
  const failing = async (candidate: Schedule) => {
    const found = (await runWatched(candidate, { ...options, limit: within })).failure
    if (found?.invariant === failure.invariant) last = found
    return found?.invariant
  }
  const { schedule: smallest, runs } = await shrink(schedule, failure.invariant, failing, shrinking)
  return { seed, outcome, smaller: { schedule: smallest, failure: last, runs } }
}
