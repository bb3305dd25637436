/**
 * A checkpoint as one safetensors file: the model's tensors under their own names, so that any program can read them,
 * and beside them what only hearsay needs.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { UsageError } from '../errors.ts'
import type { Checkpoint } from '../gossip/checkpoint.ts'
import type { Layout } from '../parameters/layout.ts'
import { viewTensors } from '../parameters/layout.ts'
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  type Safetensors,
  SafetensorsError,
} from '../parameters/safetensors.ts'

/** A file that is no checkpoint of hearsay's, or one that is damaged. */
export class CheckpointFileError extends UsageError {
  override readonly name = 'CheckpointFileError'
}

/** Version of what is beside the tensors. */
const FORMAT = '1'
/** Prefixes of tensors that are not the model's own. */
const DOUBT = 'hearsay.doubt.'
const TRAINER = 'hearsay.trainer.'

const count = z.int().min(0)
const stateSchema = z.strictObject({
  swarm: z.string(),
  peer: z.string(),
  sequence: count,
  step: count,
  age: count,
  sealed: z.string().optional(),
  random: z.array(z.number()),
  decisions: z.array(z.strictObject({ id: z.string(), partner: z.string() })),
  doubts: z.array(z.strictObject({ id: z.string(), partner: z.string() })),
  trainer: z.record(z.string(), z.string()),
})

export function encodeCheckpoint(checkpoint: Checkpoint, layout: Layout): Uint8Array {
  const { parameters, doubts, trainer, ...state } = checkpoint
  const vector = (name: string, data: Float32Array): NamedTensor => ({ name, shape: [data.length], data })
  return encodeSafetensors({
    tensors: [
      ...viewTensors(layout, parameters).map(({ name, shape, data }) => ({ name, shape, data })),
      ...doubts.map(({ difference }, i) => vector(`${DOUBT}${i}`, difference)),
      ...Object.entries(trainer.tensors).map(([name, data]) => vector(`${TRAINER}${name}`, data)),
    ],
    metadata: {
      hearsay: FORMAT,
      state: JSON.stringify({
        ...state,
        doubts: doubts.map(({ id, partner }) => ({ id, partner })),
        trainer: trainer.metadata,
      }),
    },
  })
}

/** A checkpoint, and the tensors of its model as they were named. */
export interface ReadCheckpoint {
  readonly checkpoint: Checkpoint
  readonly tensors: readonly NamedTensor[]
}

/**
 * @param file named in messages
 * @throws CheckpointFileError
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): ReadCheckpoint {
  const { tensors, metadata } = parseSafetensors(bytes, file)
  if (metadata.hearsay !== FORMAT) {
    throw new CheckpointFileError(`${file} is a safetensors file, but not a checkpoint of hearsay's version ${FORMAT}`)
  }
  const state = parseState(metadata.state, file)
  const model = tensors.filter(({ name }) => !name.startsWith(DOUBT) && !name.startsWith(TRAINER))
  const data = new Map(tensors.map(tensor => [tensor.name, tensor.data]))

  const parameters = new Float32Array(model.reduce((sum, tensor) => sum + tensor.data.length, 0))
  let offset = 0
  for (const tensor of model) {
    parameters.set(tensor.data, offset)
    offset += tensor.data.length
  }
  const doubts = state.doubts.map((doubt, i) => {
    const difference = data.get(`${DOUBT}${i}`)
    if (difference?.length !== parameters.length) {
      throw new CheckpointFileError(
        `${file} is damaged: the difference of exchange ${doubt.id} is missing or too short`,
      )
    }
    return { ...doubt, difference }
  })
  const trainerTensors = tensors.filter(({ name }) => name.startsWith(TRAINER))
  return {
    tensors: model,
    checkpoint: {
      ...state,
      sealed: state.sealed,
      parameters,
      doubts,
      trainer: {
        tensors: Object.fromEntries(trainerTensors.map(({ name, data }) => [name.slice(TRAINER.length), data])),
        metadata: state.trainer,
      },
    },
  }
}

function parseSafetensors(bytes: Uint8Array, file: string): Safetensors {
  try {
    return decodeSafetensors(bytes)
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause
    throw new CheckpointFileError(`${file} is no checkpoint, or it is damaged: ${cause.message}`, { cause })
  }
}

function parseState(text: string | undefined, file: string): z.infer<typeof stateSchema> {
  try {
    return stateSchema.parse(JSON.parse(text ?? ''))
  } catch {
    throw new CheckpointFileError(`${file} is damaged: the state beside its tensors cannot be read`)
  }
}
