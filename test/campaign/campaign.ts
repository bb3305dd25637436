/**
 * `npm run campaign -- --runs 500 --seed 1`: so many schedules, from that seed on, on all cores. Exits with 1 where one has failed.
 *
 * @packageDocumentation
 */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { drawSchedule, type Schedule } from './schedule.ts'
import { runAndShrink, type SeedRun } from './seed-run.ts'

const USAGE = `npm run campaign -- [--runs N] [--seed S] [--workers W] [--shrink SECONDS]
npm run campaign -- --seed S --runs 1 --log     prints all that happens
npm run campaign -- --replay FILE [--log]       runs a schedule that was kept`

/** A run that takes so long, in milliseconds, goes round in circles. */
const HANG_MS = 300_000
const PROGRESS_MS = 5_000

interface Campaign {
  readonly runs: number
  readonly seed: number
  readonly workers: number
  readonly shrinkMs: number
}

/** What has gone wrong with one seed, as it is printed. */
function describe({ seed, outcome, smaller }: SeedRun, folder: () => string): string {
  const { failure } = outcome
  if (failure === undefined) return ''
  const lines = [
    `seed ${seed} failed after ${(failure.at / 1_000).toFixed(3)} virtual s: ${failure.invariant}: ${failure.what}`,
  ]
  if (smaller !== undefined) {
    const file = join(folder(), `seed-${seed}.json`)
    writeFileSync(file, `${JSON.stringify(smaller.schedule, undefined, 2)}\n`)
    const { peers, faults } = smaller.schedule
    lines.push(
      `  ${smaller.runs} runs have made it smaller: ${counted(peers, 'peer')}, ${counted(faults.length, 'fault')}, which fails with: ${smaller.failure.what}`,
      `  ${JSON.stringify(smaller.schedule)}`,
      `  run it again: npm run campaign -- --replay ${file} --log`,
    )
  }
  lines.push(`  run the seed again: npm run campaign -- --seed ${seed} --runs 1 --log`)
  return lines.join('\n')
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

function lazyFolder(): () => string {
  let folder: string | undefined
  return () => {
    folder ??= mkdtempSync(join(tmpdir(), 'hearsay-campaign-failures-'))
    return folder
  }
}

/** Runs one schedule here, where it can be looked at. */
async function runOne(schedule: Schedule, { shrinkMs, log }: { shrinkMs: number; log: boolean }): Promise<boolean> {
  const run = await runAndShrink(schedule, {
    shrinking: { milliseconds: shrinkMs },
    ...(log && { log: (line: string) => console.log(line) }),
  })
  if (run.outcome.failure === undefined) return true
  console.log(describe(run, lazyFolder()))
  return false
}

/** @returns how many have failed */
async function runCampaign({ runs, seed: first, workers, shrinkMs }: Campaign): Promise<number> {
  const folder = lazyFolder()
  const began = performance.now()
  const seconds = () => ((performance.now() - began) / 1_000).toFixed(0)
  const counts = new Map<string, number>()
  let next = first
  let done = 0
  let failed = 0
  let moved = 0
  let told = began

  function fail(what: string): void {
    failed++
    console.log(what)
  }

  function take(run: SeedRun): void {
    if (run.outcome.failure !== undefined) fail(describe(run, folder))
    for (const [what, count] of Object.entries(run.outcome.counts)) counts.set(what, (counts.get(what) ?? 0) + count)
    moved = Math.max(moved, run.outcome.failure === undefined ? run.outcome.moved : 0)
  }

  function progress(): void {
    if (performance.now() - told < PROGRESS_MS) return
    told = performance.now()
    console.log(`${done} of ${runs} runs, ${failed} failed, ${seconds()} s`)
  }

  /** One worker's life: it ends when there are no more seeds, or with a seed that ends or stops it. */
  function work(): Promise<void> {
    return new Promise(resolve => {
      const worker = new Worker(new URL('./programs/worker.ts', import.meta.url))
      let seed = first
      let watchdog: NodeJS.Timeout | undefined

      async function end(what?: string): Promise<void> {
        clearTimeout(watchdog)
        worker.removeAllListeners()
        if (what !== undefined) {
          done++
          fail(`seed ${seed} failed: ${what}\n  run the seed again: npm run campaign -- --seed ${seed} --runs 1 --log`)
        }
        await worker.terminate()
        resolve(what === undefined ? undefined : work())
      }

      function give(): void {
        clearTimeout(watchdog)
        if (next >= first + runs) {
          void end()
          return
        }
        seed = next++
        watchdog = setTimeout(() => void end(`it has not ended after ${HANG_MS / 1_000} s`), HANG_MS + shrinkMs)
        worker.postMessage({ seed, shrinkMs })
      }

      worker.on('message', (run: SeedRun) => {
        done++
        take(run)
        progress()
        give()
      })
      worker.on('error', error => void end(error instanceof Error ? (error.stack ?? error.message) : String(error)))
      give()
    })
  }

  await Promise.all(Array.from({ length: Math.min(workers, runs) }, work))
  console.log(`the mean moved by ${(100 * moved).toFixed(1)} % of what it may at most; what happened:`)
  console.log(summary(counts))
  console.log(`${runs} runs, seeds ${first} to ${first + runs - 1}, ${failed} failed, ${seconds()} s`)
  return failed
}

/** What happened, most of it first; moments of crashes and resets in one figure each. */
function summary(counts: ReadonlyMap<string, number>): string {
  const sums = new Map<string, number>()
  for (const [what, count] of counts) {
    const [kind] = what.split(' ')
    const name = kind === 'crashes' || kind === 'resets' ? kind : what
    sums.set(name, (sums.get(name) ?? 0) + count)
  }
  return [...sums]
    .sort((a, b) => b[1] - a[1])
    .map(([what, count]) => `  ${count} ${what}`)
    .join('\n')
}

function countIn(text: string, name: string, least: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  console.error(`--${name} ${text}: expected a whole number of at least ${least}\n${USAGE}`)
  process.exit(2)
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    shrink: { type: 'string', default: '30' },
    replay: { type: 'string' },
    log: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const runs = countIn(values.runs, 'runs', 1)
const seed = countIn(values.seed, 'seed', 0)
const workers = countIn(values.workers, 'workers', 1)
const shrinkMs = 1_000 * countIn(values.shrink, 'shrink', 0)

if (values.help) console.log(USAGE)
else if (values.replay !== undefined) {
  const schedule: Schedule = JSON.parse(readFileSync(values.replay, 'utf8'))
  if (!(await runOne(schedule, { shrinkMs: 0, log: values.log }))) process.exitCode = 1
} else if (values.log) {
  for (let one = seed; one < seed + runs; one++) {
    if (!(await runOne(drawSchedule(one), { shrinkMs, log: true }))) process.exitCode = 1
  }
} else if ((await runCampaign({ runs, seed, workers, shrinkMs })) > 0) process.exitCode = 1
