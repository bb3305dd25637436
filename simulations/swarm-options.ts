import { z } from 'zod'
import type { Split } from '../src/data/source.ts'
import type { Peer } from '../src/library/peer.ts'
import type { RecipeInput } from '../src/recipe/recipe.ts'
import {
  callback,
  flag,
  numberAbove,
  optionsOf,
  requireOptions,
  seed,
  signal,
  text,
  wholeNumber,
} from '../src/strict-options.ts'
import type { Gpus } from './placement.ts'
import { floats, recipe, split } from './require-options.ts'
import type { RoundResult } from './result.ts'

/** A swarm of real peers on this machine: its recipe, its data, and how its peers are reached. */
export interface SwarmOptions {
  readonly recipe: RecipeInput
  readonly peers: number
  /** What is dealt to the peers; or what each of them owns, to learn from and to test with, in their order: then nothing is dealt. */
  readonly data: Split | readonly Split[]
  /** `[elements of the whole model]`: the weights that the recipe begins from, where it does. */
  readonly from?: Float32Array
  /** How data are dealt, `iid`, `dirichlet:ALPHA`; needed where they are. */
  readonly partition?: string
  readonly seed: number
  /** The name of a backend, or `auto` (default) for the best that works here. */
  readonly backend?: string
  /** The backend's GPUs over which the peers are spread. Default: the backend decides, the same for all. */
  readonly gpus?: Gpus
  /** Threads with which each peer trains, at most. Default: the cores are shared out. */
  readonly threads?: number
  /** The folder in which the peers keep their state, each in one of its own. Default: nothing is kept. */
  readonly state?: string
  /** Addresses on which the peers listen. Default: any port of the loopback interface. */
  readonly listen?: readonly string[]
  /** The bandwidth of each peer's sockets in each direction, in Mbit/s. Default: as much as they can. */
  readonly bandwidthMbps?: number
  /** Peers outside this swarm to connect to. */
  readonly connect?: readonly string[]
  /** Whether to find peers on the local network too. Default: no, the peers of a swarm know the first one's address. */
  readonly mdns?: boolean
  /** The peers, once they run: for a live view. */
  readonly onStart?: (peers: readonly Peer[]) => void
  /** Told of every round that is evaluated, as soon as it is. */
  readonly onRound?: (round: RoundResult) => void
  /** Called when a phase begins: `alone` while isolated peers are trained for comparison, after the swarm has sealed. */
  readonly onPhase?: (phase: 'training' | 'alone' | 'done') => void
  /** Stops the peers cleanly: what there is by then is the result, marked as partial. Before they run, and while isolated
   * peers are trained, the run rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

const texts = z.array(text, 'an array of texts').optional()

const swarmOptions = optionsOf<SwarmOptions>({
  recipe,
  peers: wholeNumber(1),
  data: z.union([z.array(split), split], 'a dataset, { train, test }, or an array with one for each peer'),
  from: floats.optional(),
  partition: text.optional(),
  seed,
  backend: text.optional(),
  gpus: z.union([z.literal('all'), z.array(wholeNumber(0))], "'all', or an array of numbers from 0").optional(),
  threads: wholeNumber(1).optional(),
  state: text.optional(),
  listen: texts,
  bandwidthMbps: numberAbove(0).optional(),
  connect: texts,
  mdns: flag.optional(),
  onStart: callback.optional(),
  onRound: callback.optional(),
  onPhase: callback.optional(),
  signal: signal.optional(),
})

/** @throws UsageError naming an option that does not exist, or that holds what it cannot */
export function requireSwarmOptions(options: SwarmOptions): void {
  requireOptions('runSwarm', swarmOptions, options)
}
