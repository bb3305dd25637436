import { createLogUpdate } from 'log-update'
import type { RoundResult, RunResult } from '../../../src/index.ts'
import { DONE, FAILED } from '../../exit-codes.ts'
import { onInterruption } from '../../interruption.ts'
import { createOutput, type Output } from '../../output.ts'
import { requireWritable } from '../../output-file.ts'
import { writeResult } from '../../result-file.ts'
import { bytes, counted, distance, percent, shortHash } from '../../words.ts'
import type { SimulateFlags } from './flags.ts'
import { type Plan, planSimulation } from './plan.ts'
import { describeSimulation } from './summary.ts'

/** Where nothing can be redrawn every line stays. */
const LINE_MS = 3_000

/** @returns the exit code */
export async function runSimulation(file: string | undefined, flags: SimulateFlags): Promise<number> {
  const out = createOutput(flags)
  const signal = onInterruption(out.say)
  await requireWritable('--out', flags.out)
  const plan = await planSimulation(file, flags, out.warn)
  signal.throwIfAborted()

  const { recipeHash } = await import('../../../src/index.ts')
  const { averaging, objective } = plan.recipe
  const progress = showProgress(
    out,
    `swarm ${shortHash(recipeHash(plan.recipe))}: ${counted(flags.peers, 'peer')}, task ${objective.task}, ` +
      `topology ${averaging.topology}, rule ${averaging.rule}, seed ${plan.seed}`,
  )
  let result: RunResult
  try {
    result = await runPlan(plan, flags, progress.round, signal)
  } finally {
    progress.end()
  }
  signal.throwIfAborted()

  // Shown first: it must not be lost with a file that cannot be written.
  out.jsonDocument(result)
  out.show(describeSimulation(result))
  if (flags.out !== undefined) {
    await writeResult(flags.out, result)
    out.say(`wrote ${flags.out}`)
  }
  // Where the rounds were given, they are the end, and not agreement.
  const mustAgree = plan.rounds === undefined && plan.recipe.averaging.rule !== 'none'
  return result.sealed || !mustAgree ? DONE : FAILED
}

async function runPlan(
  { recipe, seed, data, partition, rounds }: Plan,
  flags: SimulateFlags,
  onRound: (round: RoundResult) => void,
  signal: AbortSignal,
): Promise<RunResult> {
  const { runSwarm, simulate } = await import('../../../src/index.ts')
  const { peers, init, loss, delay, evaluateEvery, backend } = flags
  if (flags.engine === 'libp2p' && data !== undefined) {
    return await runSwarm({ recipe, peers, data, partition, seed, backend, onRound, signal })
  }
  return await simulate({
    recipe,
    peers,
    rounds,
    seed,
    data,
    partition,
    init,
    loss,
    delay,
    evaluateEvery,
    backend,
    onRound,
    signal,
  })
}

/** @param title what is said once something runs */
function showProgress(out: Output, title: string): { round(round: RoundResult): void; end(): void } {
  const drawing = out.live ? createLogUpdate(process.stderr) : undefined
  let lastLine: number | undefined
  return {
    round({ round, consensusDistance, merged, bytesSent }) {
      if (lastLine === undefined) {
        out.say(title)
        lastLine = Date.now()
      }
      const accuracy = merged === null ? '' : `   merged model ${percent(merged.accuracy)}`
      const line = `  round ${round}   distance ${distance(consensusDistance)}${accuracy}   ${bytes(bytesSent)} sent`
      if (drawing !== undefined) drawing(line)
      else if (Date.now() - lastLine >= LINE_MS) {
        lastLine = Date.now()
        out.say(line)
      }
    },
    end() {
      drawing?.clear()
      drawing?.done()
    },
  }
}
