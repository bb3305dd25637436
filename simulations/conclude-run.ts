import { recipeHash } from '../src/recipe/recipe.ts'
import type { Figures } from '../src/worth/figures.ts'
import type { RunResult } from './result.ts'

/** The knowledge of an engine when its run has ended. */
interface ConcludedRun
  extends Pick<
    RunResult,
    | 'recipe'
    | 'seed'
    | 'engine'
    | 'peers'
    | 'rounds'
    | 'spectralGap'
    | 'sample'
    | 'sealed'
    | 'peerResults'
    | 'pairwise'
    | 'partial'
  > {
  /** The hash of the merged parameters; the one on which the swarm sealed, where it did. */
  readonly parametersHash: string
  /** Notes for people about the run, perhaps none. */
  readonly notes?: readonly string[]
  /** What the merged model is worth on the test samples; undefined where it was not judged by any, or has diverged. */
  readonly figures?: Figures
  readonly wallSeconds: number
  readonly secondsInRounds: number
  /** Local steps of all peers together. */
  readonly peerSteps: number
}

/** The document of a run that ends now. */
export function concludeRun(run: ConcludedRun): RunResult {
  const { recipe, seed, engine, peers, rounds, spectralGap, sample, sealed, peerResults, pairwise, partial } = run
  const { notes, figures, wallSeconds, secondsInRounds, peerSteps } = run
  const last = rounds[rounds.length - 1]
  return {
    hearsay: '1',
    recipe,
    recipeHash: recipeHash(recipe),
    seed,
    engine,
    peers,
    rounds,
    spectralGap,
    final: {
      ...last,
      merged: last.merged && { ...last.merged, ...(figures && { figures }) },
      parametersHash: run.parametersHash,
    },
    sample,
    sealed,
    peerResults,
    ...(notes === undefined ? {} : { notes }),
    pairwise,
    ...(partial === undefined ? {} : { partial }),
    timing: {
      wallSeconds,
      secondsInRounds,
      peerStepsPerSecond: secondsInRounds === 0 ? 0 : peerSteps / secondsInRounds,
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    },
  }
}
