/**
 * Hundreds of swarms on the virtual network, of peers that come, go and come back as they like: see `scenarios.ts` for what happens to
 * them, and `watch.ts` for what must hold.
 *
 * @packageDocumentation
 */

import { counted } from '../../../peer/words.ts'
import { createRows, type Item, type ItemOptions, type Row, seedsOf } from '../row.ts'
import { type Twin, twins } from './broken-twins.ts'
import { type Kind, kinds, scenarioOf } from './scenarios.ts'
import { type Run, runScenario } from './troubled-run.ts'

/** Violations that are told; of more, how many there are. */
const MOST_TOLD = 3

/** In how many runs a broken twin must be caught once. */
const SEEDS_OF_A_TWIN = 20

async function measure(kind: Kind, options: ItemOptions): Promise<Row> {
  const runs: Run[] = []
  const violations: string[] = []
  const began = performance.now()
  const seeds = seedsOf(options)
  for (const seed of seeds) {
    const run = await runScenario(scenarioOf(kind, seed), seed, { log: options.log })
    runs.push(run)
    if (run.violation === undefined) continue
    violations.push(`seed ${seed}: ${run.violation}`)
    options.log?.(`${kind.name}, seed ${seed}: ${run.violation}`)
  }
  const ends = runs.flatMap(run => run.ends)
  const told = violations.slice(0, MOST_TOLD)
  const figures = [
    `${counted(seeds.length, 'run')}, ${violations.length} with a violation`,
    `of ${ends.length} peers ${ends.filter(({ inModel }) => inModel).length} are in a model, ` +
      `${ends.filter(({ kind: how, inModel }) => how === 'sealed' && !inModel).length} were told that they are not, ` +
      `${ends.filter(({ kind: how }) => how === 'alone' || how === 'failed').length} that they are alone or have failed`,
    `the longest ${Math.max(...runs.map(({ took }) => took)).toFixed(0)} virtual s`,
    `${((performance.now() - began) / 1_000).toFixed(0)} s`,
    ...told,
    ...(violations.length > told.length ? [`and ${violations.length - told.length} more`] : []),
  ]
  return {
    asked: `${kind.name}: ${kind.about}; nobody's training is replaced against the rule, consensus is true, every run ends`,
    measured: figures.join('; '),
    passed: violations.length === 0,
  }
}

async function measureTwin({ about, core, kind: name, caught }: Twin, options: ItemOptions): Promise<Row> {
  const kind = kinds.find(one => one.name === name)
  if (kind === undefined) throw new Error(`there is no scenario ${name}`)
  const asked = `a core that ${about} is caught (${name})`
  const seeds = seedsOf({ ...options, seeds: SEEDS_OF_A_TWIN })
  for (const [i, seed] of seeds.entries()) {
    const { violation } = await runScenario(scenarioOf(kind, seed), seed, { core })
    if (violation === undefined || !caught.test(violation)) continue
    return { asked, measured: `in the run number ${i + 1}, as: ${violation}`, passed: true }
  }
  return { asked, measured: `in none of ${seeds.length} runs`, passed: false }
}

export interface KindsOptions extends ItemOptions {
  /** Default: all. */
  readonly only?: readonly string[]
}

export async function whateverKinds(options: KindsOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  for (const kind of kinds) {
    if (options.only?.includes(kind.name) !== false) rows.add(await measure(kind, options))
  }
  return rows.all()
}

export async function brokenTwins(options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  for (const twin of twins) rows.add(await measureTwin(twin, options))
  return rows.all()
}

async function run(options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  await brokenTwins({ ...options, log: undefined, onRow: rows.add })
  await whateverKinds({ ...options, onRow: rows.add })
  return rows.all()
}

export const whateverHappens: Item = {
  name: 'whatever-happens',
  about: 'Peers that come, go and come back, on the virtual network',
  seeds: 40,
  run,
}
