/**
 * Conclusions from a peer's options, before anything is started.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { otherSwarm } from '../gossip/errors.ts'
import type { Network } from '../gossip/ports.ts'
import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import type { Bandwidth } from '../network/pace.ts'
import { type Recipe, recipeHash } from '../recipe/recipe.ts'
import { stepsForEpochs } from '../recipe/steps-for-data.ts'
import { needsStatistics } from '../standardise/quantities.ts'
import {
  callback,
  flag,
  numberAbove,
  numberFrom,
  optionsOf,
  requireOptions,
  ruleOption,
  seed,
  text,
  value,
  wholeNumber,
} from '../strict-options.ts'
import type { ShardSpec } from './fit-data.ts'
import { beginNext, generationId } from './generation.ts'
import { NO_DATA } from './no-data.ts'
import type { Libp2pOptions, PeerOptions } from './peer.ts'

const texts = z.array(text, 'an array of texts').optional()

const shardOptions = optionsOf<ShardSpec>({
  index: wholeNumber(0),
  of: wholeNumber(1),
  partition: text,
  seed: value('a whole number or a text', given => Number.isSafeInteger(given) || typeof given === 'string'),
})

const libp2pOptions = optionsOf<Libp2pOptions>({
  listen: texts,
  announce: texts,
  connect: texts,
  mdns: flag.optional(),
  upnp: flag.optional(),
  bandwidthMbps: numberAbove(0).optional(),
  metrics: callback.optional(),
})

const peerOptions = optionsOf<PeerOptions>({
  // Read where it is parsed, which names its fields.
  recipe: z.unknown().optional(),
  modelFile: text.optional(),
  data: value(
    'the name of a source, such as csv:FILE, or a dataset in memory, { train, test }',
    given => typeof given === 'string' || (typeof given === 'object' && given !== null),
  ).optional(),
  strict: flag.optional(),
  onLoading: callback.optional(),
  shard: shardOptions.optional(),
  trainer: value(
    'a Trainer, with layout, train and what else the port has',
    given => typeof given === 'object' && given !== null && 'layout' in given && 'train' in given,
  ).optional(),
  rule: ruleOption.optional(),
  initial: value('a Float32Array, [parameters]', given => given instanceof Float32Array).optional(),
  from: value(
    'a file of weights, or a Float32Array, [weights of the model]',
    given => typeof given === 'string' || given instanceof Float32Array,
  ).optional(),
  network: libp2pOptions.optional(),
  logger: value(
    'a logger with forComponent, as libp2p has it',
    given => typeof (given as { forComponent?: unknown } | null)?.forComponent === 'function',
  ).optional(),
  state: text.optional(),
  storage: value(
    'a folder, or a Storage, with load, save and append',
    given => typeof given === 'string' || (typeof given === 'object' && given !== null && 'append' in given),
  ).optional(),
  identity: value('a private key, as createIdentity makes it', given => given instanceof Uint8Array).optional(),
  invitation: text.optional(),
  seed: seed.optional(),
  backend: text.optional(),
  gpu: wholeNumber(0).optional(),
  threads: wholeNumber(1).optional(),
  steps: wholeNumber(0).optional(),
  epochs: numberAbove(0).optional(),
  alone: flag.optional(),
  minimumPeers: wholeNumber(1).optional(),
  waitSeconds: numberFrom(0).optional(),
  stay: flag.optional(),
  more: wholeNumber(1).optional(),
  consensusDistance: numberAbove(0).optional(),
})

/** Whether a network of the caller's own is given, and not how libp2p is to reach others. */
export function isNetwork(given: PeerOptions['network']): given is Network {
  return typeof given === 'object' && given !== null && 'open' in given && 'publish' in given
}

/** @throws UsageError naming an option that does not exist, or that holds what it cannot */
export function requirePeerOptions(options: PeerOptions): void {
  const checked = isNetwork(options?.network) ? { ...options, network: undefined } : options
  requireOptions('createPeer', peerOptions, checked)
  const { shard } = options
  if (shard !== undefined && shard.index >= shard.of) {
    throw new UsageError(
      `createPeer: shard.index is ${shard.index}; of ${shard.of} shards it must be 0 to ${shard.of - 1}`,
    )
  }
}

/** @throws UsageError where options contradict one another, or the recipe */
export function requireFitting(options: PeerOptions, recipe: Recipe): void {
  if (options.modelFile !== undefined && options.trainer !== undefined) {
    throw new UsageError('createPeer: a trainer of its own has its model: leave out modelFile')
  }
  if (options.initial !== undefined && recipe.start.from !== undefined) {
    throw new UsageError(
      'createPeer: the recipe says what everybody begins from (start.from): leave out initial, and give from where this peer has it',
    )
  }
  if (recipe.objective.task === 'consensus') {
    throw new UsageError('the task consensus is for simulations; a peer learns: classify, regress, or language')
  }
  if (options.trainer !== undefined && (options.data !== undefined || options.shard !== undefined)) {
    throw new UsageError('a peer with a trainer of its own takes no data and no shard: the trainer has them')
  }
  if (options.trainer !== undefined && recipe.data.standardise) {
    throw new UsageError('a trainer of its own standardises its data itself; the recipe says data.standardise')
  }
  requireLength(options)
  requireNothingToTrain(options)
  requireCompany(options)
  requireKeeping(options, recipe)
  requireReach(options)
}

/** How long it trains. */
function requireLength({ steps, epochs, more, state }: PeerOptions): void {
  if (steps !== undefined && epochs !== undefined) {
    throw new UsageError('steps and epochs both say how long the peer trains: give one of them')
  }
  if (more !== undefined && state === undefined) {
    throw new UsageError('more goes on from the parameters that were sealed in a state: give the folder, as state')
  }
}

/** A peer without data, beside what asks for training. */
function requireNothingToTrain({ data, steps, epochs, more, shard, alone }: PeerOptions): void {
  if (data !== NO_DATA) return
  const asked = { steps: steps || undefined, epochs, more, shard, alone: alone || undefined }
  const [name] = Object.entries(asked).find(([, given]) => given !== undefined) ?? []
  if (name === undefined) return
  throw new UsageError(
    `createPeer: a peer whose data are ${NO_DATA} trains nothing, and watches others: leave out ${name}`,
  )
}

/** The options with the folder of `storage` as what it is, a state. */
export function withState({ storage, ...options }: PeerOptions): PeerOptions {
  if (storage === undefined) return options
  if (options.state !== undefined) {
    throw new UsageError('createPeer: state and storage both say where the peer keeps its checkpoint: give one of them')
  }
  return typeof storage === 'string' ? { ...options, state: storage } : { ...options, storage }
}

/** The places where its identity and its learning are kept. */
function requireKeeping({ state, storage, identity, network }: PeerOptions, recipe: Recipe): void {
  if (state !== undefined && identity !== undefined) {
    throw new UsageError('createPeer: a state keeps an identity of its own; leave out identity')
  }
  if (storage === undefined) return
  if (identity === undefined && !isNetwork(network)) {
    throw new UsageError(
      'createPeer: what a storage keeps is of one identity: give identity, which createIdentity makes',
    )
  }
  if (needsStatistics(recipe)) {
    throw new UsageError(
      'createPeer: a storage keeps the checkpoint, and not the statistics of samples that the swarm agrees on: give a folder, as state',
    )
  }
}

/** A network of the caller's own, beside what only libp2p has a use for. */
function requireReach({ network, alone, identity, invitation }: PeerOptions): void {
  if (!isNetwork(network)) return
  if (alone) throw new UsageError('createPeer: a peer that trains alone reaches nobody: leave out network')
  if (identity !== undefined) {
    throw new UsageError('createPeer: a network of its own has its id, which no identity proves: leave out identity')
  }
  if (invitation !== undefined) {
    throw new UsageError('createPeer: a network of its own decides itself who is a member: leave out invitation')
  }
}

/** The members that it waits for. */
function requireCompany({ alone, waitSeconds, stay, minimumPeers }: PeerOptions): void {
  if (alone && (stay || waitSeconds !== undefined || minimumPeers !== undefined)) {
    throw new UsageError('a peer that trains alone waits for nobody: leave out stay, waitSeconds and minimumPeers')
  }
}

/**
 * The checkpoint from which a peer goes on.
 *
 * @throws CheckpointMismatchError where it belongs to another recipe, NothingSealedError where there is nothing to go on from
 */
export function resume(
  { more, state = '' }: PeerOptions,
  recipe: Recipe,
  checkpoint: Checkpoint | undefined,
): Checkpoint | undefined {
  const hash = recipeHash(recipe)
  if (checkpoint !== undefined && checkpoint.swarm !== generationId(hash, checkpoint.generation?.seals ?? [])) {
    throw otherSwarm(checkpoint.swarm, hash)
  }
  return more === undefined ? checkpoint : beginNext(checkpoint, { recipeHash: hash, steps: more, state })
}

/** Local steps that a peer trains at least; 0 of one without data. */
export function stepsOf(
  { data, steps, epochs, more }: PeerOptions,
  { training }: Recipe,
  samples: number,
  checkpoint: Checkpoint | undefined,
): number {
  if (data === NO_DATA) return 0
  if (more !== undefined) return more
  if (steps === undefined && epochs === undefined && checkpoint?.generation) return checkpoint.generation.steps
  return epochs === undefined ? (steps ?? training.steps) : stepsForEpochs(epochs, samples, training.batch)
}

const BITS_PER_BYTE = 8

export function bandwidthOf(megabits: number | undefined): Bandwidth | undefined {
  if (megabits === undefined) return undefined
  const bytesPerSecond = (megabits * 1e6) / BITS_PER_BYTE
  return { upload: bytesPerSecond, download: bytesPerSecond }
}
