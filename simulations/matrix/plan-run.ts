import { availableParallelism } from 'node:os'
import { complete } from '../../src/averaging/topologies/complete.ts'
import { UsageError } from '../../src/errors.ts'
import { recipeHash, stepsPerRound } from '../../src/recipe/recipe.ts'
import { EVALUATIONS, LOCAL_NETWORK } from '../defaults.ts'
import type { Simulation } from '../options.ts'
import type { Parts } from './parts.ts'
import type { Plan, TaskPlan } from './plan.ts'

/** A swarm that has not agreed after so many rounds of averaging never will. */
const MOST_ROUNDS = 10_000

/** Whether everybody's mean is what everybody's merge would give, so that n² messages need not be merged one by one. */
export function averagesThroughMean({ loss = 0, churn, byzantine }: Simulation, { rule, topology }: Parts): boolean {
  const undisturbed = loss === 0 && (churn === undefined || churn === 0) && byzantine === undefined
  return topology === complete && rule.linear === true && undisturbed
}

/** Multiplications, about, that take as long as to start a thread. */
const WORTH_THREADS = 2e8

/** The number of threads: one for each processor, where they have enough to do. */
function threadsFor(work: number): number {
  return work < WORTH_THREADS ? 1 : availableParallelism()
}

/** @throws UsageError where a rule of the caller's own is to run in several */
function threadsOf({ rule, workers }: Simulation, work: number): number {
  if (rule === undefined) return workers ?? threadsFor(work)
  if (workers === undefined || workers === 1) return 1
  throw new UsageError(`${rule.name} is a rule of your own, which runs in the thread that has it: leave out workers`)
}

/** @param byzantinePeers ascending */
export function planRun(
  options: Simulation,
  task: TaskPlan,
  byzantinePeers: readonly number[],
  throughMean: boolean,
): Plan {
  const { recipe, peers, seed, loss = 0, churn, byzantine, delay = LOCAL_NETWORK, bandwidth, stragglers } = options
  const { steps } = recipe.training
  const localSteps = stepsPerRound(recipe.exchange.localSteps)
  const trains = steps > 0
  const work = peers * task.parameters * (trains ? steps * recipe.training.batch : (options.rounds ?? 1))
  const rounds = trains ? Math.ceil(steps / localSteps) : (options.rounds ?? MOST_ROUNDS)
  const threads = Math.min(threadsOf(options, work), peers)
  return {
    recipe,
    swarm: recipeHash(recipe),
    edges: options.edges,
    rule: options.rule,
    peers,
    seed,
    task,
    localSteps,
    steps,
    rounds,
    target: trains || options.rounds !== undefined ? undefined : recipe.averaging.consensusDistance,
    evaluateEvery: options.evaluateEvery ?? (trains ? Math.max(1, Math.round(rounds / EVALUATIONS)) : 1),
    throughMean,
    loss,
    churn,
    byzantine: byzantine && { peers: byzantinePeers, attack: byzantine.attack },
    pace: { delay, bandwidth, stragglers },
    blocks: Array.from({ length: threads + 1 }, (_, thread) => Math.floor((thread * peers) / threads)),
  }
}
