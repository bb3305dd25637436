/**
 * A checkpoint as one safetensors file: the model's tensors under their own names, so that any program can read them,
 * and beside them what only hearsay needs.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { HearsayError } from '../errors.ts'
import type { Checkpoint, Decision, Doubt } from '../gossip/state/checkpoint.ts'
import type { Difference } from '../gossip/state/difference.ts'
import type { Layout } from '../parameters/layout.ts'
import { viewTensors } from '../parameters/layout.ts'
import { type NamedTensor, type Safetensors, SafetensorsError } from '../parameters/safetensors.ts'
import { firstNonFinite } from '../parameters/vectors.ts'
import { bitsOf, numbersIn } from './bits.ts'
import { BrokenSealError, decodeSealed, encodeSealed, type MaybeSealed } from './sealed-safetensors.ts'

/** A file that is no checkpoint of hearsay's, or one that is damaged. */
export class CheckpointFileError extends HearsayError {
  override readonly name = 'CheckpointFileError'
}

/** A whole file, of a version that this one cannot go on from. */
export class CheckpointVersionError extends CheckpointFileError {}

/** Values that are not finite: a checkpoint with them would be of no use to anybody. */
export class NotFiniteError extends HearsayError {
  override readonly name = 'NotFiniteError'
}

/** Version of what is beside the tensors. */
const FORMAT = '3'
/** Had no checksums; and a journal came into being with its first entry. */
const WITHOUT_CHECKSUMS = '2'
/** Exchanges were decided as a whole; the model and the trainer's state have been the same since. */
const WHOLE_EXCHANGES = '1'
/** Prefixes of tensors that are not the model's own. */
const DOUBT = 'hearsay.doubt.'
const ADDED = 'hearsay.added.'
const INDICES = 'hearsay.indices.'
const TRAINER = 'hearsay.trainer.'

const count = z.int().min(0)
const commonFields = {
  swarm: z.string(),
  peer: z.string(),
  sequence: count,
  step: count,
  age: count,
  sealed: z.string().optional(),
  generation: z.strictObject({ seals: z.array(z.string()), steps: count }).optional(),
  sealedAs: z.strictObject({ members: count, leftOut: count, adopted: z.boolean() }).optional(),
  contribution: z
    .strictObject({
      ownSteps: count,
      exchanges: count,
      exchangesAsked: count,
      averaged: z.record(z.string(), count),
      established: z.literal(true).optional(),
      spread: z.number().min(0).optional(),
    })
    .optional(),
  lostExchanges: z.literal(true).optional(),
  random: z.array(z.number()),
  trainer: z.record(z.string(), z.string()),
}
const stateSchema = z.strictObject({
  ...commonFields,
  journal: count,
  decisions: z.array(
    z.strictObject({
      id: z.string(),
      partner: z.string(),
      frames: count,
      added: z.array(z.strictObject({ first: count, indexed: z.boolean() })).optional(),
    }),
  ),
  aborts: z.array(z.strictObject({ id: z.string(), partner: z.string(), frames: count })).optional(),
  doubts: z.array(
    z.strictObject({ id: z.string(), partner: z.string(), frame: count, first: count, indexed: z.boolean() }),
  ),
})
const oldStateSchema = z.strictObject({
  ...commonFields,
  decisions: z.array(z.unknown()),
  doubts: z.array(z.unknown()),
})
type State = z.infer<typeof stateSchema>

/** What is told of a difference beside its tensors. */
interface DifferenceHead {
  readonly first: number
  readonly indexed: boolean
}

/**
 * @param journal the first of the journals whose entries come on top of it
 * @throws NotFiniteError
 */
export function encodeCheckpoint(checkpoint: Checkpoint, layout: Layout, journal: number): Uint8Array {
  const { parameters, doubts, trainer, ...rest } = checkpoint
  const state: State = {
    ...rest,
    journal,
    generation: rest.generation && { ...rest.generation, seals: [...rest.generation.seals] },
    decisions: rest.decisions.map(({ added, ...decision }) => ({
      ...decision,
      ...(added && { added: added.map(({ first, indices }) => ({ first, indexed: indices !== undefined })) }),
    })),
    aborts: rest.aborts && [...rest.aborts],
    random: [...rest.random],
    doubts: doubts.map(({ id, partner, frame, first, indices }) => ({
      id,
      partner,
      frame,
      first,
      indexed: indices !== undefined,
    })),
    trainer: trainer.metadata,
  }
  const tensors = [
    ...viewTensors(layout, parameters).map(({ name, shape, data }) => ({ name, shape, data })),
    ...doubts.flatMap((doubt, i) => tensorsOf(doubt, `${DOUBT}${i}`, `${INDICES}${i}`)),
    ...rest.decisions.flatMap(({ added = [] }, i) =>
      added.flatMap((one, j) => tensorsOf(one, `${ADDED}${i}.${j}`, `${INDICES}${i}.${j}`)),
    ),
    ...Object.entries(trainer.tensors).map(([name, data]) => vector(`${TRAINER}${name}`, data)),
  ]
  const wrong = tensors.find(isNotFinite)
  if (wrong !== undefined) {
    throw new NotFiniteError(
      `step ${checkpoint.step} cannot be kept: ${wrong.name} holds a value that is no finite number; the last checkpoint stays as it is`,
    )
  }
  return encodeSealed({ tensors, metadata: { hearsay: FORMAT, state: JSON.stringify(state) } })
}

function isNotFinite({ name, data }: NamedTensor): boolean {
  // Whole numbers in the memory of others.
  return !name.startsWith(INDICES) && firstNonFinite(data) !== -1
}

function vector(name: string, data: Float32Array): NamedTensor {
  return { name, shape: [data.length], data }
}

function tensorsOf({ values, indices }: Difference, name: string, indicesName: string): readonly NamedTensor[] {
  return [vector(name, values), ...(indices === undefined ? [] : [vector(indicesName, bitsOf(indices))])]
}

/** A checkpoint, and the tensors of its model as they were named, which are views of its parameters. */
export interface ReadCheckpoint {
  readonly checkpoint: Checkpoint
  readonly tensors: readonly NamedTensor[]
  /** The first of the journals whose entries come on top of it. */
  readonly journal: number
  /** Whether that one, and all that follow, were there from the beginning. */
  readonly hasAllJournals: boolean
}

/**
 * @param file named in messages
 * @throws CheckpointFileError
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): ReadCheckpoint {
  const { tensors, metadata } = parseWhole(bytes, file)
  const { journal, ...state } = parseState(metadata, file)
  const data = new Map(tensors.map(tensor => [tensor.name, tensor.data]))
  const model = modelOf(
    tensors.filter(({ name }) => ![DOUBT, ADDED, INDICES, TRAINER].some(own => name.startsWith(own))),
  )
  const trained = tensors.filter(({ name }) => name.startsWith(TRAINER))

  function differenceIn(head: DifferenceHead, name: string, indicesName: string, of: string): Difference {
    const values = data.get(name)
    const indices = head.indexed ? data.get(indicesName) : undefined
    const difference = values && { first: head.first, values, ...(indices && { indices: numbersIn(indices) }) }
    if (
      difference === undefined ||
      head.indexed !== 'indices' in difference ||
      !fits(difference, model.parameters.length)
    ) {
      throw new CheckpointFileError(
        `${file} is damaged: the difference of ${of} is missing, or does not fit the model's ${model.parameters.length} values`,
      )
    }
    return difference
  }

  const doubts = state.doubts.map(({ indexed, ...doubt }, i): Doubt => {
    const of = `frame ${doubt.frame} of exchange ${doubt.id}`
    return { ...doubt, ...differenceIn({ ...doubt, indexed }, `${DOUBT}${i}`, `${INDICES}${i}`, of) }
  })
  const decisions = state.decisions.map(({ added, ...decision }, i): Decision => {
    const read = added?.map((head, j) =>
      differenceIn(head, `${ADDED}${i}.${j}`, `${INDICES}${i}.${j}`, `exchange ${decision.id}`),
    )
    return { ...decision, ...(read && { added: read }) }
  })
  return {
    journal,
    hasAllJournals: metadata.hearsay === FORMAT,
    tensors: model.tensors,
    checkpoint: {
      ...state,
      sealed: state.sealed,
      parameters: model.parameters,
      doubts,
      decisions,
      trainer: {
        tensors: Object.fromEntries(trained.map(({ name, data }) => [name.slice(TRAINER.length), data])),
        metadata: state.trainer,
      },
    },
  }
}

/** Whether a difference changes only what is there, and each of it once. */
export function fits({ first, values, indices }: Difference, length: number): boolean {
  if (indices === undefined) return first + values.length <= length
  return (
    indices.length === values.length &&
    indices.every((index, i) => index > (i === 0 ? -1 : indices[i - 1]) && first + index < length)
  )
}

/** The tensors as one vector, and as views of it. */
function modelOf(tensors: readonly NamedTensor[]): Pick<ReadCheckpoint, 'tensors'> & { parameters: Float32Array } {
  const parameters = new Float32Array(tensors.reduce((sum, { data }) => sum + data.length, 0))
  let offset = 0
  const views = tensors.map(({ name, shape, data }) => {
    parameters.set(data, offset)
    offset += data.length
    return { name, shape, data: parameters.subarray(offset - data.length, offset) }
  })
  return { parameters, tensors: views }
}

/** Every bit of it is in a checksum, where the file has them; values are finite in any case. */
function parseWhole(bytes: Uint8Array, file: string): Safetensors {
  const content = parseSealed(bytes, file)
  const { tensors, metadata, isSealed } = content
  if (metadata.hearsay === FORMAT && !isSealed) {
    throw new CheckpointFileError(`${file} is damaged: its header has no checksum`)
  }
  const wrong = tensors.find(isNotFinite)
  if (wrong === undefined) return content
  throw new CheckpointFileError(`${file} is damaged: ${wrong.name} holds a value that is no finite number`)
}

function parseSealed(bytes: Uint8Array, file: string): MaybeSealed {
  try {
    return decodeSealed(bytes)
  } catch (cause) {
    if (cause instanceof BrokenSealError) {
      throw new CheckpointFileError(`${file} is damaged: ${cause.message}`, { cause })
    }
    if (!(cause instanceof SafetensorsError)) throw cause
    throw new CheckpointFileError(`${file} is no checkpoint, or it is damaged: ${cause.message}`, { cause })
  }
}

function parseState({ hearsay, state }: Safetensors['metadata'], file: string): State {
  if (hearsay === FORMAT || hearsay === WITHOUT_CHECKSUMS) return parseFields(stateSchema, state, file)
  if (hearsay !== WHOLE_EXCHANGES) {
    throw new CheckpointVersionError(
      `${file} is a safetensors file, but not a checkpoint of hearsay's version ${FORMAT}`,
    )
  }
  const old = parseFields(oldStateSchema, state, file)
  const open = old.decisions.length + old.doubts.length
  if (open > 0) {
    throw new CheckpointVersionError(
      `${file} is of an older version of hearsay, with ${open} open exchanges that only that version can finish: ` +
        'run it on this folder until the peer stops by itself, and then come back',
    )
  }
  return { ...old, journal: 0, decisions: [], doubts: [], aborts: undefined }
}

function parseFields<Fields>(schema: z.ZodType<Fields>, text: string | undefined, file: string): Fields {
  try {
    return schema.parse(JSON.parse(text ?? ''))
  } catch {
    throw new CheckpointFileError(`${file} is damaged: the state beside its tensors cannot be read`)
  }
}
