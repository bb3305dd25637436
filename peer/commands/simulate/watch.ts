import type { Board } from '../../dashboard/board.ts'
import type { SimulationWatch } from '../../dashboard/watch-simulation.ts'
import type { Plan } from './plan.ts'

/** Shows on a board what was planned, while it runs. */
export async function watchPlan(board: Board, plan: Plan, rounds: number | undefined): Promise<SimulationWatch> {
  const { recipe, engine, seed, peers, edges } = plan
  const { recipeHash } = await import('../../../src/index.ts')
  const { watchSimulationOn } = await import('../../dashboard/watch-simulation.ts')
  // The matrix engine knows whole rounds, and no exchanges.
  const tellsExchanges = engine !== 'matrix' && recipe.averaging.rule !== 'none'
  const swarm = recipeHash(recipe)
  return watchSimulationOn(board, { recipe, swarm, engine, seed, peers, edges, rounds, tellsExchanges })
}
