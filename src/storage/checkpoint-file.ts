/**
 * A checkpoint as one safetensors file: the model's tensors under their own names, so that any program can read them,
 * and beside them what only hearsay needs.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { HearsayError } from '../errors.ts'
import type { Checkpoint, Doubt } from '../gossip/state/checkpoint.ts'
import type { Difference } from '../gossip/state/difference.ts'
import type { Layout } from '../parameters/layout.ts'
import { viewTensors } from '../parameters/layout.ts'
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  type Safetensors,
  SafetensorsError,
} from '../parameters/safetensors.ts'
import { bitsOf, numbersIn } from './bits.ts'

/** A file that is no checkpoint of hearsay's, or one that is damaged. */
export class CheckpointFileError extends HearsayError {
  override readonly name = 'CheckpointFileError'
}

/** Version of what is beside the tensors. */
const FORMAT = '2'
/** Exchanges were decided as a whole; the model and the trainer's state have been the same since. */
const WHOLE_EXCHANGES = '1'
/** Prefixes of tensors that are not the model's own. */
const DOUBT = 'hearsay.doubt.'
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
      spread: z.number().min(0).optional(),
    })
    .optional(),
  random: z.array(z.number()),
  trainer: z.record(z.string(), z.string()),
}
const stateSchema = z.strictObject({
  ...commonFields,
  journal: count,
  decisions: z.array(z.strictObject({ id: z.string(), partner: z.string(), frames: count })),
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

/** @param journal the first of the journals whose entries come on top of it */
export function encodeCheckpoint(checkpoint: Checkpoint, layout: Layout, journal: number): Uint8Array {
  const { parameters, doubts, trainer, ...rest } = checkpoint
  const vector = (name: string, data: Float32Array): NamedTensor => ({ name, shape: [data.length], data })
  const state: State = {
    ...rest,
    journal,
    generation: rest.generation && { ...rest.generation, seals: [...rest.generation.seals] },
    decisions: [...rest.decisions],
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
  return encodeSafetensors({
    tensors: [
      ...viewTensors(layout, parameters).map(({ name, shape, data }) => ({ name, shape, data })),
      ...doubts.flatMap(({ values, indices }, i) => [
        vector(`${DOUBT}${i}`, values),
        ...(indices === undefined ? [] : [vector(`${INDICES}${i}`, bitsOf(indices))]),
      ]),
      ...Object.entries(trainer.tensors).map(([name, data]) => vector(`${TRAINER}${name}`, data)),
    ],
    metadata: { hearsay: FORMAT, state: JSON.stringify(state) },
  })
}

/** A checkpoint, and the tensors of its model as they were named, which are views of its parameters. */
export interface ReadCheckpoint {
  readonly checkpoint: Checkpoint
  readonly tensors: readonly NamedTensor[]
  /** The first of the journals whose entries come on top of it. */
  readonly journal: number
}

/**
 * @param file named in messages
 * @throws CheckpointFileError
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): ReadCheckpoint {
  const { tensors, metadata } = parseSafetensors(bytes, file)
  const { journal, ...state } = parseState(metadata, file)
  const data = new Map(tensors.map(tensor => [tensor.name, tensor.data]))
  const model = modelOf(tensors.filter(({ name }) => ![DOUBT, INDICES, TRAINER].some(own => name.startsWith(own))))
  const trained = tensors.filter(({ name }) => name.startsWith(TRAINER))

  const doubts = state.doubts.map(({ indexed, ...doubt }, i): Doubt => {
    const values = data.get(`${DOUBT}${i}`)
    const indices = indexed ? data.get(`${INDICES}${i}`) : undefined
    const difference = values && { first: doubt.first, values, indices: indices && numbersIn(indices) }
    if (difference === undefined || (indexed && indices === undefined) || !fits(difference, model.parameters.length)) {
      throw new CheckpointFileError(
        `${file} is damaged: the difference of frame ${doubt.frame} of exchange ${doubt.id} is missing, or does not ` +
          `fit the model's ${model.parameters.length} values`,
      )
    }
    return { ...doubt, ...difference }
  })
  return {
    journal,
    tensors: model.tensors,
    checkpoint: {
      ...state,
      sealed: state.sealed,
      parameters: model.parameters,
      doubts,
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

function parseSafetensors(bytes: Uint8Array, file: string): Safetensors {
  try {
    return decodeSafetensors(bytes)
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause
    throw new CheckpointFileError(`${file} is no checkpoint, or it is damaged: ${cause.message}`, { cause })
  }
}

function parseState({ hearsay, state }: Safetensors['metadata'], file: string): State {
  if (hearsay === FORMAT) return parseFields(stateSchema, state, file)
  if (hearsay !== WHOLE_EXCHANGES) {
    throw new CheckpointFileError(`${file} is a safetensors file, but not a checkpoint of hearsay's version ${FORMAT}`)
  }
  const old = parseFields(oldStateSchema, state, file)
  const open = old.decisions.length + old.doubts.length
  if (open > 0) {
    throw new CheckpointFileError(
      `${file} is of an older version of hearsay, with ${open} open exchanges that only that version can finish: ` +
        'run it on this folder until the peer stops by itself, and then come back',
    )
  }
  return { ...old, journal: 0, decisions: [], doubts: [] }
}

function parseFields<Fields>(schema: z.ZodType<Fields>, text: string | undefined, file: string): Fields {
  try {
    return schema.parse(JSON.parse(text ?? ''))
  } catch {
    throw new CheckpointFileError(`${file} is damaged: the state beside its tensors cannot be read`)
  }
}
