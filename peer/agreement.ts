import type { RunResult } from '../src/index.ts'
import type { PeerResult } from '../src/public/simulate.ts'

/** The peers whose data are known not to be in the model of the run. */
export function leftOutOf({ peerResults }: Pick<RunResult, 'peerResults'>): readonly PeerResult[] {
  return peerResults.filter(({ inModel }) => inModel === false)
}

/** Whether the peers of a run on real machines were to agree on one model, and did, each with its data in it. */
export function isComplete(result: Pick<RunResult, 'peerResults' | 'peers' | 'recipe' | 'sealed'>): boolean {
  const { peers, recipe, sealed } = result
  // One peer has nobody to agree with.
  if (recipe.averaging.rule === 'none' || peers === 1) return true
  return sealed && leftOutOf(result).length === 0
}
