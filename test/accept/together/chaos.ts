/**
 * The chaos suites, and the same faults while peers train.
 *
 * @packageDocumentation
 */

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  appliesBeforeTheCommit,
  dropsDoubts,
  forgetsDecisions,
  preparesInMemory,
} from '../../simulations/broken-cores.ts'
import { createRows, type Item, type ItemOptions, lastLines, type Row, seedsOf } from '../row.ts'
import { trainedChaosRun } from './trained-chaos.ts'
import type { Core } from './watch.ts'

const ROOT = join(import.meta.dirname, '../../..')
const SUITES = ['chaos', 'chaos-first', 'chaos-second'].map(name => `test/simulations/${name}.test.ts`)

/** A run with training takes four times as long as one of the suites'. */
const SHARE_WITH_TRAINING = 0.25

/** In how many runs a broken core must be caught once. */
const SEEDS_OF_A_BROKEN_CORE = 5

const BROKEN: readonly (readonly [string, Core])[] = [
  ['applies before the commit', appliesBeforeTheCommit],
  ['drops doubts', dropsDoubts],
  ['forgets decisions', forgetsDecisions],
  ['prepares in memory', preparesInMemory],
]

/** Runs the suites as a process of their own. */
async function suites(runs: number): Promise<Row> {
  const program = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const began = performance.now()
  const child = spawn(process.execPath, [program, 'run', ...SUITES], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CHAOS_RUNS: String(runs), NO_COLOR: '1', FORCE_COLOR: undefined },
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const tests = /^\s*Tests\s+(.*)$/m.exec(said)?.[1] ?? lastLines(said)
  return {
    asked: `the chaos suites, ${runs} runs: the mean is kept, every run ends, broken cores are caught`,
    measured: `${tests}; ${((performance.now() - began) / 1_000).toFixed(0)} s`,
    passed: code === 0,
  }
}

export async function trainedChaos(options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  const seeds = seedsOf(options, 0)
  for (const inRounds of [false, true]) {
    const began = performance.now()
    const failures: string[] = []
    for (const seed of seeds) {
      const failure = await trainedChaosRun(seed, { inRounds, log: options.log })
      if (failure !== undefined) failures.push(failure)
    }
    rows.add({
      asked: `faults while peers train, steps of 0.05 ms, ${inRounds ? 'in step' : 'in pairs'}, ${seeds.length} runs: the mean moves by what is trained, and every run ends`,
      measured: `${failures.length} failed${failures.length > 0 ? ` (${failures[0]})` : ''}; ${((performance.now() - began) / 1_000).toFixed(0)} s`,
      passed: failures.length === 0,
    })
  }
  return rows.all()
}

async function brokenCores(options: ItemOptions): Promise<Row> {
  const seeds = seedsOf({ ...options, seeds: SEEDS_OF_A_BROKEN_CORE }, 0)
  const caught: string[] = []
  for (const [name, core] of BROKEN) {
    let times = 0
    for (const seed of seeds) if ((await trainedChaosRun(seed, { core })) !== undefined) times++
    caught.push(`${name} in ${times} of ${seeds.length}`)
  }
  return {
    asked: 'while peers train, too, broken cores are caught',
    measured: caught.join(', '),
    passed: caught.every(text => !text.includes(' 0 of ')),
  }
}

async function run(options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  rows.add(await brokenCores(options))
  await trainedChaos({ ...options, seeds: Math.ceil(SHARE_WITH_TRAINING * options.seeds), onRow: rows.add })
  rows.add(await suites(options.seeds))
  return rows.all()
}

export const chaos: Item = {
  name: 'chaos',
  about: 'Faults, and the mean',
  seeds: 200,
  run,
}
