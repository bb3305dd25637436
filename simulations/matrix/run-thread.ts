import { PROGRESS_LABELS } from '../../src/gossip/run/constants.ts'
import { createRandom } from '../../src/random/random.ts'
import { createAvailability } from './availability.ts'
import { BARRIER_WORDS, createBarrier } from './barrier.ts'
import { createBlock } from './block.ts'
import { createChance } from './chance.ts'
import { createAveraging } from './create-averaging.ts'
import { createLearner } from './create-learner.ts'
import { createEvaluator } from './evaluation.ts'
import { createFastMean } from './fast-mean.ts'
import { shareOf } from './mean-over.ts'
import { mixingKernels } from './mixing-kernels.ts'
import { partsOf } from './parts.ts'
import { CONTROL, type Ending, type Plan, type ThreadReport, type ThreadStart } from './plan.ts'
import { createRoundClock } from './round-clock.ts'
import { createHeap } from './shared-heap.ts'
import { createTraffic } from './traffic.ts'
import { createTraining } from './training.ts'
import { createVerdicts } from './verdicts.ts'
import { createYieldToEventLoop } from './yield-to-event-loop.ts'

/**
 * One thread of a run: its peers train, talk and listen, round after round, in step with the other threads.
 *
 * @param onReport called with what has happened; with rounds by the first thread alone
 * @param yields whether the thread is shared with other work: then it yields to its event loop now and then
 */
export async function runThread(
  { plan, tables, thread, spins }: ThreadStart,
  onReport: (message: ThreadReport) => void,
  yields: boolean,
): Promise<void> {
  const { peers, steps, localSteps, rounds, evaluateEvery, target } = plan
  const threads = plan.blocks.length - 1
  const [first, last] = [plan.blocks[thread], plan.blocks[thread + 1]]
  const heap = createHeap(tables.memory)
  const barrier = createBarrier(tables.control.subarray(CONTROL.barrier, BARRIER_WORDS), threads, spins)
  const own = Array.from({ length: last - first }, (_, k) => first + k)
  const learner = await createLearner(plan, own, heap, tables.memory)
  const kernels = mixingKernels(tables.memory)
  const parts = partsOf(plan, createFastMean(kernels, heap))
  const block = await createBlock({
    rule: parts.rule,
    learner,
    peers,
    first,
    last,
    heap,
    tables,
    kernels,
    barrier,
    seed: `${plan.seed}/rules`,
  })
  const honest = honestOf(plan)
  const yieldToEventLoop = yields ? createYieldToEventLoop() : () => undefined
  const averaging = createAveraging(plan, parts, block, createChance(`${plan.seed}/loss`))
  const availability = createAvailability(plan.churn, peers, createChance(`${plan.seed}/churn`))
  const training = createTraining(block, learner, yieldToEventLoop)
  const verdicts = createVerdicts(block, thread, threads, honest, plan.recipe.security.maximumNorm)
  const secondsOf = createRoundClock(plan.pace, createRandom(`${plan.seed}/pace`))
  const traffic = createTraffic(tables)
  const range = shareOf(thread, threads, block.parameters)
  const evaluate = createEvaluator({ block, learner, range, averagesOnly: steps === 0, honest })

  let time = 0
  let computing = 0
  let trained = 0

  async function look(round: number, labels: number | undefined): Promise<number> {
    const result = await evaluate({ round, time, labels })
    if (thread === 0) onReport({ kind: 'round', round: result })
    return result.consensusDistance
  }

  let ending: Ending | undefined
  let distance = await look(0, PROGRESS_LABELS)
  for (let round = 1; round <= rounds && ending === undefined && !(distance <= (target ?? -1)); round++) {
    const began = performance.now()
    const yielded = yieldToEventLoop()
    if (yielded !== undefined) await yielded
    const away = availability(round)
    const before = (round - 1) * localSteps
    const stepsNow = Math.max(0, Math.min(localSteps, steps - before))
    if (stepsNow > 0) {
      trained += await training(stepsNow, before, away)
      verdicts.inspect()
    }
    averaging.round(round - 1, away)
    if (away !== undefined) block.skip(away)
    if (stepsNow === 0) verdicts.inspect()
    // Before anybody begins the next round, and sends more.
    if (thread === 0) time += secondsOf(stepsNow, traffic())
    ending = verdicts.agree(round)
    computing += performance.now() - began
    if (ending?.reason === 'diverged') break
    const isLast = round === rounds || ending !== undefined
    if (isLast || round % evaluateEvery === 0) distance = await look(round, isLast ? undefined : PROGRESS_LABELS)
  }
  const isSound = ending?.reason !== 'diverged'
  const counts = thread === 0 && isSound ? await learner.count?.(Float32Array.from(tables.mean)) : undefined
  await learner.stop()
  onReport({ kind: 'done', ending: ending ?? { reason: 'complete' }, roundSeconds: computing / 1_000, trained, counts })
}

/** Peers that are not byzantine, ascending. */
function honestOf({ peers, byzantine }: Plan): number[] {
  const byzantinePeers = new Set(byzantine?.peers)
  return Array.from({ length: peers }, (_, peer) => peer).filter(peer => !byzantinePeers.has(peer))
}
