/**
 * The matrix engine: synchronous rounds over parameters that lie in one memory, shared out among threads.
 *
 * @packageDocumentation
 */

import { availableParallelism } from 'node:os'
import { type FittedRule, fitRule } from '../../src/averaging/requirements.ts'
import { figuresOfRecipe } from '../../src/library/figures-of-recipe.ts'
import { sampleText } from '../../src/library/sample-text.ts'
import { hashParameters } from '../../src/parameters/hash.ts'
import { createRandom } from '../../src/random/random.ts'
import { concludeRun } from '../conclude-run.ts'
import { requireConditions } from '../conditions.ts'
import { chooseByzantinePeers } from '../matrix/byzantine-peers.ts'
import { distancesOfHonest, notesOn, partialOf, peerResults } from '../matrix/conclude.ts'
import { type Parts, partsOf } from '../matrix/parts.ts'
import { CONTROL, type TaskPlan } from '../matrix/plan.ts'
import { averagesThroughMean, planRun } from '../matrix/plan-run.ts'
import { planTask } from '../matrix/plan-task.ts'
import { requireFitting } from '../matrix/require-fitting.ts'
import { requireRoom } from '../matrix/require-room.ts'
import { createHeap, createSharedMemory } from '../matrix/shared-heap.ts'
import { createTables } from '../matrix/tables.ts'
import { runThreads } from '../matrix/threads.ts'
import { fixedSpectralGap } from '../measure.ts'
import type { Simulation } from '../options.ts'
import type { RoundResult, RunResult } from '../result.ts'

/**
 * Runs a swarm in synchronous rounds: everybody trains, everybody says something, everybody merges. The same options give the
 * same result on the same machine, bit for bit, `timing` aside, with any number of threads.
 *
 * @throws UsageError where the options do not fit together
 */
export async function simulateInRounds(options: Simulation): Promise<RunResult> {
  const began = performance.now()
  const { peers, seed, signal, recipe, prepared } = options
  const parts = partsOf({ recipe, swarm: prepared.hash, edges: options.edges, rule: options.rule })
  const throughMean = averagesThroughMean(options, parts)
  requireConditions(options)
  requireFitting(options, parts, throughMean)
  const fitted = fitRule({ ...parts, peers })
  const byzantinePeers = chooseByzantinePeers(options)

  const memory = createSharedMemory()
  const heap = createHeap(memory)
  const task = await planTask(options, byzantinePeers, heap, memory, length => requireRoom(options, parts.rule, length))
  const plan = planRun(options, task, byzantinePeers, throughMean)
  const threads = plan.blocks.length - 1
  const { parameters } = task
  const tables = createTables(memory, heap, { peers, parameters, threads })

  const spectralGap = gapOf(parts, peers, fitted)
  options.onStart?.({ spectralGap })
  const rounds: RoundResult[] = []
  const interrupt = () => Atomics.store(tables.control, CONTROL.interrupted, 1)
  if (signal?.aborted) interrupt()
  signal?.addEventListener('abort', interrupt)
  const spins = threads <= availableParallelism()
  const starts = Array.from({ length: threads }, (_, thread) => ({ plan, tables, thread, spins }))
  const { ending, roundSeconds, trained, counts } = await runThreads(starts, round => {
    rounds.push(round)
    options.onRound?.(round)
  }).finally(() => signal?.removeEventListener('abort', interrupt))

  const mean = Float32Array.from(tables.mean)
  return concludeRun({
    recipe,
    seed,
    engine: 'matrix',
    peers,
    rounds,
    spectralGap,
    parametersHash: hashParameters(mean),
    sample: await sampleText(
      recipe,
      mean,
      createRandom(`${seed}/sample`),
      task.kind === 'one-by-one' ? task.frozen : undefined,
    ),
    sealed: false,
    peerResults: peerResults(plan, tables),
    notes: [...fitted.notes, ...notesOn(plan, parts, ending)],
    pairwise: ending.reason === 'diverged' ? undefined : distancesOfHonest(plan, tables, heap),
    partial: partialOf(ending, peers),
    figures: counts && figuresOfRecipe(recipe, counts, deviationsOf(task)),
    wallSeconds: (performance.now() - began) / 1_000,
    secondsInRounds: roundSeconds,
    peerSteps: trained,
  })
}

/** `[outputs]`: by what the values of a regression are standardised. */
function deviationsOf(task: TaskPlan): ArrayLike<number> | undefined {
  if (task.kind === 'stacked') return task.test.valueScale
  return task.kind === 'one-by-one' ? task.test.valueMap?.scale : undefined
}

/** The spectral gap of the weights that the rule really uses; null where a row of them is not one round. */
function gapOf({ rule, topology }: Parts, peers: number, { mixing }: FittedRule): number | null {
  const own = rule.mixing === 'symmetric' || rule.mixing === 'doubly-stochastic'
  if (own) return fixedSpectralGap(topology, peers, () => mixing(0))
  return rule.mixing === 'pairwise' ? fixedSpectralGap(topology, peers) : null
}
