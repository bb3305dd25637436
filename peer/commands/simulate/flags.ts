import type { Recipe, SimulationOptions } from '../../../src/index.ts'
import type { EngineName } from '../../../src/public/simulate.ts'
import type { ModuleFlags } from '../../allow-module.ts'
import type { FigureFile } from '../../flag-values.ts'
import type { OutputFlags } from '../../output.ts'
import type { RecipeFlags } from '../../recipe-flags.ts'
import type { Place } from '../../serving/place.ts'

export type TaskName = Recipe['objective']['task']

/** The flags that say what is simulated. */
export interface RunFlags extends RecipeFlags, ModuleFlags {
  /** Checked to be there before anything runs. */
  readonly peers: number
  readonly rounds?: number
  readonly engine: EngineName
  readonly task?: TaskName
  readonly dimension?: number
  readonly init?: SimulationOptions['init']
  readonly heterogeneity?: number
  readonly data?: string
  readonly strict?: true
  readonly from?: string
  readonly partition?: string
  readonly seed?: number
  readonly loss?: number
  readonly delay?: string
  readonly bandwidth?: number
  readonly linkBandwidth?: number
  /** A probability, or a file of what happened. */
  readonly churn?: number | string
  readonly stragglers?: SimulationOptions['stragglers']
  readonly split?: SimulationOptions['splits']
  readonly byzantine?: number
  readonly attack?: string
  readonly workers?: number
  readonly evaluateEvery?: number
  readonly backend?: string
}

export interface SimulateFlags extends OutputFlags, RunFlags {
  readonly out?: string
  readonly csv?: string
  readonly trajectories?: string
  readonly report?: string
  readonly figure?: readonly FigureFile[]
  /** How many runs, of as many seeds. */
  readonly seeds?: number
  readonly sweep?: string
  readonly scenario?: string
  readonly dashboard?: Place
}
