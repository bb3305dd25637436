/**
 * The options of simulations as programs write them: which there are, and of what kind each is. What they mean together, and to an engine, is
 * checked by those who carry it out.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import {
  callback,
  flag,
  number,
  optionsOf,
  requireOptions,
  ruleOption,
  seed,
  signal,
  text,
  value,
  wholeNumber,
} from '../src/strict-options.ts'
import type { Bandwidth, Byzantine, ChurnEvent, NetworkSplit, Stragglers } from './environment.ts'
import type { SimulationOptions } from './options.ts'

/** Only that there is a dataset: its own check says more. */
export const split = value('a dataset, { train, test }', given => typeof given === 'object' && given !== null)

/** The weights that a recipe begins from. */
export const floats = value('a Float32Array, [weights of the model]', given => given instanceof Float32Array)

/** Parsed later, where its fields are named. */
export const recipe = value('a recipe', given => typeof given === 'object' && given !== null)

const churnEvent = optionsOf<ChurnEvent>({ time: number, peer: number, up: flag })

const simulationOptions = optionsOf<SimulationOptions>({
  recipe,
  peers: wholeNumber(1),
  engine: text.optional(),
  rounds: wholeNumber(0).optional(),
  seed,
  data: split.optional(),
  from: floats.optional(),
  partition: text.optional(),
  init: z.enum(['normal', 'spread'], 'normal or spread').optional(),
  edges: text.optional(),
  rule: ruleOption.optional(),
  delay: text.optional(),
  bandwidth: optionsOf<Bandwidth>({ host: number.optional(), link: number.optional() }).optional(),
  loss: number.optional(),
  churn: z.union([number, z.array(churnEvent)], 'a probability, or an array of { time, peer, up }').optional(),
  stragglers: optionsOf<Stragglers>({
    share: number,
    training: number.optional(),
    links: number.optional(),
  }).optional(),
  splits: z
    .array(optionsOf<NetworkSplit>({ at: number, until: number, share: number }), 'an array of { at, until, share }')
    .optional(),
  byzantine: optionsOf<Byzantine>({ share: number, attack: text }).optional(),
  workers: wholeNumber(1).optional(),
  backend: text.optional(),
  evaluateEvery: wholeNumber(1).optional(),
  onStart: callback.optional(),
  onExchange: callback.optional(),
  onRound: callback.optional(),
  signal: signal.optional(),
})

/** @throws UsageError naming an option that does not exist, or that holds what it cannot */
export function requireSimulationOptions(options: SimulationOptions): void {
  requireOptions('simulate', simulationOptions, options)
}
