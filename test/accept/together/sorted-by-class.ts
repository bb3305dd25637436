/**
 * Peers that hold different classes learn all of them, whatever carries their messages, and one that is slow holds up nobody.
 *
 * @packageDocumentation
 */

import { counted, percent, seconds } from '../../../peer/words.ts'
import type { EngineName } from '../../../simulations/environment.ts'
import type { RunResult } from '../../../simulations/result.ts'
import { simulate } from '../../../simulations/simulate.ts'
import { loadDataset } from '../../../src/data/sources.ts'
import { fitData, shardsOf } from '../../../src/library/fit-data.ts'
import { createRows, type Item, type ItemOptions, lastLines, meanOf, type Row, seedsOf } from '../row.ts'
import { hearsay } from '../running-process.ts'
import { createLearningWorld, type LearningWorldOptions } from './learning-world.ts'
import { recipeOf } from './recipe.ts'

interface Swarm {
  readonly peers: number
  readonly partition: string
  readonly least: number
}

/** Two peers with two classes each would leave six to nobody. */
const SWARMS: readonly Swarm[] = [
  { peers: 2, partition: 'sorted', least: 0.93 },
  { peers: 5, partition: 'sorted', least: 0.91 },
  { peers: 5, partition: 'shards:2', least: 0.91 },
]

/** Between the means of what carries messages. */
const MOST_APART = 0.02

/** The share that must be made of the exchanges that steps and recipe ask for. */
const LEAST_EXCHANGES = 0.9

/** How much later the others' last step may come for one that is slow. */
const MOST_LATER = 1.3

const SIMULATED = ['virtual', 'matrix'] as const
type Carrier = 'live' | (typeof SIMULATED)[number]

interface Outcome {
  readonly accuracy: number
  /** Exchanges made over those asked for. */
  readonly exchanges: number
  /** The error, if there was one. */
  readonly trouble?: string
}

async function runOn(carrier: Carrier, swarm: Swarm, seed: number): Promise<Outcome> {
  return carrier === 'live' ? await runLive(swarm, seed) : outcomeOf(await runSimulated(carrier, swarm, seed))
}

async function runLive({ peers, partition }: Swarm, seed: number): Promise<Outcome> {
  const what = ['--peers', String(peers), '--partition', partition, '--seed', String(seed)]
  const { stdout, stderr, exit } = await hearsay('swarm', ...what, '--json')
  const trouble = exit === 0 ? undefined : `seed ${seed} ended with ${exit}: ${lastLines(stderr)}`
  // One that has not sealed says how far it came.
  if (stdout === '') return { accuracy: 0, exchanges: 0, trouble }
  return { ...outcomeOf(JSON.parse(stdout)), trouble }
}

/** Simulates as the command does, without its start. */
async function runSimulated(engine: EngineName, { peers, partition }: Swarm, seed: number): Promise<RunResult> {
  const data = await loadDataset('digits', { seed })
  // No evaluations in between: they cost as much as training.
  const evaluateEvery = Number.MAX_SAFE_INTEGER
  return await simulate({ engine, recipe: recipeOf(seed), peers, partition, seed, data, evaluateEvery })
}

function outcomeOf(result: RunResult): Outcome {
  return { accuracy: result.final.merged?.accuracy ?? Number.NaN, exchanges: exchangesOf(result) }
}

function exchangesOf({ peerResults }: RunResult): number {
  const made = peerResults.reduce((sum, { exchanges }) => sum + exchanges, 0)
  return made / peerResults.reduce((sum, { exchangesAsked = Number.NaN }) => sum + exchangesAsked, 0)
}

export interface SwarmsOptions extends ItemOptions {
  readonly swarms?: readonly Swarm[]
  readonly carriers?: readonly Carrier[]
}

async function measure(swarm: Swarm, carriers: readonly Carrier[], options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  const name = `${swarm.peers} peers, ${swarm.partition}`
  const means = new Map<Carrier, number>()
  for (const carrier of carriers) {
    const outcomes: Outcome[] = []
    for (const seed of seedsOf(options)) {
      const outcome = await runOn(carrier, swarm, seed)
      outcomes.push(outcome)
      options.log?.(`${name}, ${carrier}, seed ${seed}: ${percent(outcome.accuracy)}`)
    }
    const accuracies = outcomes.map(({ accuracy }) => accuracy)
    const shares = outcomes.map(({ exchanges }) => exchanges)
    const troubles = outcomes.flatMap(({ trouble }) => trouble ?? [])
    means.set(carrier, meanOf(accuracies))
    if (carrier === 'live') {
      rows.add({
        asked: `${name}, live: at least ${percent(swarm.least)} every time`,
        measured: [`${counted(outcomes.length, 'seed')}: ${spreadOf(accuracies, percent)}`, ...troubles].join('; '),
        passed: Math.min(...accuracies) >= swarm.least && troubles.length === 0,
      })
    }
    // The matrix engine makes them all, and counts none as asked for.
    if (carrier === 'matrix') continue
    rows.add({
      asked: `${name}, ${carrier}: at least ${LEAST_EXCHANGES} of the exchanges asked for beside mlp:64`,
      measured: `${counted(outcomes.length, 'seed')}: ${spreadOf(shares, share => share.toFixed(3))}`,
      passed: Math.min(...shares) >= LEAST_EXCHANGES,
    })
  }
  const figures = [...means.values()]
  rows.add({
    asked: `${name}: ${[...means.keys()].join(', ')} within 2 points of one another on average`,
    measured: [...means].map(([carrier, mean]) => `${carrier} ${percent(mean)}`).join(', '),
    passed: Math.max(...figures) - Math.min(...figures) <= MOST_APART,
  })
  return rows.all()
}

function spreadOf(values: readonly number[], tell: (value: number) => string): string {
  return `mean ${tell(meanOf(values))}, from ${tell(Math.min(...values))} to ${tell(Math.max(...values))}`
}

export async function swarms(options: SwarmsOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  const { swarms: those = SWARMS, carriers = ['live', ...SIMULATED] } = options
  for (const swarm of those) await measure(swarm, carriers, { ...options, onRow: rows.add })
  return rows.all()
}

interface Hindrance {
  readonly what: string
  /** Conditions of all peers, hindered or not. */
  readonly common?: Pick<LearningWorldOptions, 'delay' | 'bandwidth'>
  readonly hinders: Pick<LearningWorldOptions, 'slowness' | 'slowLinks'>
}

/** The one that is slow. */
const SLOW = 0
const PEERS = 5

const HINDRANCES: readonly Hindrance[] = [
  { what: 'one peer ten times slower', hinders: { slowness: index => (index === SLOW ? 10 : 1) } },
  {
    what: 'one peer with a link of 1 Mbit/s, the others with 100',
    // Delays grow with the factor too: 1 to 5 ms for the slow one, as on a local network.
    common: { bandwidth: { link: 100 }, delay: '0.01-0.05' },
    hinders: { slowLinks: index => (index === SLOW ? 100 : 1) },
  },
]

/** When the others had made the recipe's last step, in virtual seconds: the last one of them. */
async function lastStepOfOthers(seed: number, hindrance: Partial<LearningWorldOptions>): Promise<number> {
  const recipe = recipeOf(seed)
  const { train, test } = fitData(recipe, await loadDataset('digits', { seed }))
  const shards = shardsOf(train, { of: PEERS, partition: 'sorted', seed })
  const world = await createLearningWorld({ recipe, shards, test, seed, ...hindrance })
  try {
    for (const { index } of world.simulatedPeers) await world.start(index)
    const others = world.simulatedPeers.map(({ index }) => index).filter(index => index !== SLOW)
    const last = () => others.map(index => world.reached(index, recipe.training.steps))
    await world.until(() => last().every(at => at !== undefined))
    return Math.max(...last().map(at => at ?? Number.NaN)) / 1_000
  } finally {
    await world.end()
  }
}

export async function hindrances(options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  for (const { what, common, hinders } of HINDRANCES) {
    const ratios: number[] = []
    const times: string[] = []
    for (const seed of seedsOf(options)) {
      const without = await lastStepOfOthers(seed, { ...common })
      const withIt = await lastStepOfOthers(seed, { ...common, ...hinders })
      ratios.push(withIt / without)
      times.push(`${seconds(without)} → ${seconds(withIt)}`)
    }
    rows.add({
      asked: `${PEERS} peers, sorted, ${what}: the others' last step at most ${MOST_LATER} × as late`,
      measured: `${meanOf(ratios).toFixed(3)} ×, at the most ${Math.max(...ratios).toFixed(3)} × (${times.join('; ')})`,
      passed: Math.max(...ratios) <= MOST_LATER,
    })
  }
  return rows.all()
}

/** A hindrance costs the same whatever the seed, but for a little. */
const SEEDS_OF_HINDRANCES = 3

async function run(options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  await hindrances({ ...options, seeds: Math.min(options.seeds, SEEDS_OF_HINDRANCES), onRow: rows.add })
  await swarms({ ...options, onRow: rows.add })
  return rows.all()
}

export const sortedByClass: Item = {
  name: 'sorted',
  about: 'Swarms whose peers hold different classes, on what carries messages',
  seeds: 10,
  run,
}
