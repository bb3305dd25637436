import type { RoundResult, RunResult } from '../../../src/index.ts'
import { leftOutOf } from '../../agreement.ts'
import { complainOf, sayOnStderr } from '../../complain.ts'
import type { Dashboard } from '../../dashboard/dashboard.ts'
import { stayOpen, withDashboard } from '../../dashboard/with-dashboard.ts'
import { describeDivergence } from '../../divergence.ts'
import { DONE, INTERRUPTED } from '../../exit-codes.ts'
import { Failure } from '../../failure.ts'
import { onInterruption } from '../../interruption.ts'
import { NotInModel } from '../../not-in-model.ts'
import { createOutput, type Output } from '../../output.ts'
import { showProgress } from '../../progress.ts'
import { shellWords } from '../../shell-words.ts'
import { counted, distance, shortHash, shortPeer } from '../../words.ts'
import { execute, momentOf, roundsOf } from './execute.ts'
import { requireWritableFiles, writeFiles } from './files.ts'
import type { SimulateFlags } from './flags.ts'
import { type Plan, planSimulation } from './plan.ts'
import { describeSimulation } from './summary.ts'
import { watchPlan } from './watch.ts'

/**
 * @param typed the words of the command
 * @returns the exit code
 */
export async function runSimulation(
  file: string | undefined,
  flags: SimulateFlags,
  typed: readonly string[],
): Promise<number> {
  const out = createOutput(flags)
  const command = shellWords(typed)
  const signal = onInterruption(out.say)
  if (flags.sweep !== undefined) {
    const { runSweepFile } = await import('./sweep.ts')
    return await runSweepFile(flags.sweep, flags, command, out, signal)
  }
  if (flags.scenario !== undefined) {
    const { runScenario } = await import('./scenario.ts')
    return await runScenario(flags.scenario, flags, command, out, signal)
  }
  if (flags.seeds !== undefined) {
    const { runSeeds } = await import('./seeds.ts')
    return await runSeeds({ file, flags, seeds: flags.seeds, typed }, out, signal)
  }
  await requireWritableFiles(flags)
  return await withDashboard(
    {
      what: 'simulation',
      place: flags.dashboard,
      out,
      isSilent: flags.quiet === true,
      tellsEvents: false,
      interrupted: signal,
    },
    async (out, signal, dashboard) => {
      const plan = await planSimulation(file, flags, { warn: out.warn })
      signal.throwIfAborted()
      const result = await runPlan(plan, out, signal, dashboard)

      // Shown first: it must not be lost with a file that cannot be written.
      out.jsonDocument(result)
      out.show(describeSimulation(result))
      await writeFiles(result, flags, { command, edges: plan.edges }, out)
      if (dashboard === undefined) return exitCodeOf(result, plan)
      const code = await toldExitCode(() => exitCodeOf(result, plan), dashboard)
      await stayOpen(out, signal)
      return code
    },
  )
}

/** What went wrong is said at once, on the page too: who looks on may do so for hours. */
async function toldExitCode(exitCode: () => number, { board }: Dashboard): Promise<number> {
  try {
    return exitCode()
  } catch (error) {
    return await complainOf(error, text => {
      board.log('warning', text)
      sayOnStderr(text)
    })
  }
}

async function runPlan(
  plan: Plan,
  out: Output,
  signal: AbortSignal,
  dashboard: Dashboard | undefined,
): Promise<RunResult> {
  const { recipeHash } = await import('../../../src/index.ts')
  const { averaging, objective } = plan.recipe
  const rounds = await roundsOf(plan)
  const watch = dashboard && (await watchPlan(dashboard.board, plan, rounds))
  const progress = showProgress(
    out,
    `swarm ${shortHash(recipeHash(plan.recipe))}: ${counted(plan.peers, 'peer')}, task ${objective.task}, ` +
      `topology ${averaging.topology}, rule ${averaging.rule}, engine ${plan.engine}, seed ${plan.seed}`,
  )
  try {
    function onRound(round: RoundResult): void {
      progress.update(momentOf(round, rounds))
      watch?.round(round)
    }
    const result = await execute(plan, { onStart: watch?.start, onExchange: watch?.exchange, onRound, signal })
    watch?.end(result)
    return result
  } finally {
    progress.end()
  }
}

/**
 * @throws Failure naming round and peer where the run diverged
 * @throws NotInModel saying how far apart peers are that should have agreed, or whose data are not in what they agreed on
 */
export function exitCodeOf(
  result: Pick<RunResult, 'partial' | 'sealed' | 'final' | 'peerResults'>,
  { engine, recipe, rounds, churn }: Pick<Plan, 'engine' | 'recipe' | 'rounds' | 'churn'>,
): number {
  const { partial, sealed, final } = result
  if (partial?.reason === 'diverged') {
    throw new Failure(`the run diverged: ${describeDivergence(partial, recipe)}`)
  }
  if (partial?.reason === 'interrupted') return INTERRUPTED
  const { rule, consensusDistance } = recipe.averaging
  // The given number of rounds is the end, and not agreement; so is the end of training where nobody seals.
  const mustAgree = rounds === undefined && rule !== 'none' && !(engine === 'matrix' && recipe.training.steps > 0)
  if (!mustAgree) return DONE
  if (!sealed && final.consensusDistance > consensusDistance) {
    throw new NotInModel(
      `the peers did not agree: they are ${distance(final.consensusDistance)} apart, and ${consensusDistance} was to be reached`,
    )
  }
  // A peer that was made to leave is missed by nobody.
  const leftOut = sealed && churn === undefined ? leftOutOf(result).map(({ peer }) => shortPeer(peer)) : []
  if (leftOut.length === 0) return DONE
  throw new NotInModel(`the model on which the peers agreed does not contain the data of ${leftOut.join(', ')}`)
}
