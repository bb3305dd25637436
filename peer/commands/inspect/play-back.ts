import type { RunResult } from '../../../src/index.ts'
import { watchSimulationOn } from '../../dashboard/watch-simulation.ts'
import { stayOpen, withDashboard } from '../../dashboard/with-dashboard.ts'
import type { Output } from '../../output.ts'
import type { InspectFlags } from './flags.ts'

/** Shows a finished run on a dashboard, until somebody ends it. */
export async function playBack(
  run: RunResult,
  { dashboard: place, quiet }: InspectFlags,
  out: Output,
  interrupted: AbortSignal,
): Promise<void> {
  await withDashboard(
    { what: 'simulation', place, out, isSilent: quiet === true, tellsEvents: false, interrupted },
    async (out, signal, dashboard) => {
      if (dashboard === undefined) return
      const { recipe, recipeHash: swarm, engine, seed, peers, edges, rounds, final, peerResults } = run
      const watch = watchSimulationOn(dashboard.board, {
        ...{ recipe, swarm, engine, seed, peers, edges },
        rounds: final.round,
        ids: peerResults?.length === peers ? peerResults.map(({ peer }) => peer) : undefined,
        // A result has where its rounds have led, and not by which exchanges.
        tellsExchanges: false,
      })
      watch.start(run)
      for (const round of rounds) watch.round(round)
      watch.end(run)
      await stayOpen(out, signal)
    },
  )
}
