import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { MAX_MODEL_FILE_BYTES } from '../constants.ts'
import { ModelFileError } from '../errors.ts'
import { withSeededRandom } from '../layers-model/seeded-random.ts'
import type { Trainer } from '../trainer.ts'
import type { TrainerOptions } from '../trainer-options.ts'
import type { ModelFamily, ModelRequest } from './family.ts'
import { toLogits } from './to-logits.ts'

/**
 * A JavaScript or TypeScript module of the user's. Its default export makes a LayersModel of a {@link ModelRequest}, or
 * it exports `createTrainer`, which makes any {@link Trainer} of {@link TrainerOptions}. The file is a program, and
 * runs with all the rights of this one.
 */
export const moduleModel: ModelFamily = {
  parse(file) {
    if (file === undefined || file === '') return undefined
    return {
      name: `module:${file}`,
      files: async () => [{ path: file, bytes: MAX_MODEL_FILE_BYTES }],
      createTrainer: options => makeTrainer(file, options),
      build: request => makeModel(file, request),
    }
  },
}

interface ModelModule {
  readonly default?: unknown
  readonly createTrainer?: unknown
}

async function read(file: string): Promise<ModelModule> {
  const path = resolve(file)
  try {
    await access(path)
    return await import(pathToFileURL(path).href)
  } catch (cause) {
    throw new ModelFileError(`${file}: the module cannot be loaded: ${messageOf(cause)}`, { cause })
  }
}

async function makeModel(file: string, request: ModelRequest): Promise<LayersModel> {
  const exported = await read(file)
  if (typeof exported.default !== 'function') {
    throw new ModelFileError(
      `${file}: the module exports ${Object.keys(exported).join(', ') || 'nothing'}; expected a function that makes ` +
        'a LayersModel, as the default, or createTrainer',
    )
  }
  const make = exported.default as CallableFunction
  const made: unknown = await called(file, () => withSeededRandom(request.seed, () => make(request)))
  if (!(made instanceof request.layers.LayersModel)) {
    throw new ModelFileError(
      `${file}: the function that it exports gave no LayersModel; make one with the layers that it is given`,
    )
  }
  return toLogits(`module:${file}`, made, request)
}

type RequiredOf<T> = { [Name in keyof T]-?: undefined extends T[Name] ? never : Name }[keyof T]

/** Members that a trainer must have, so that an error names early those that are missing. */
const PARTS = {
  layout: 'object',
  backend: 'string',
  samples: 'number',
  initial: 'function',
  train: 'function',
  evaluate: 'function',
  state: 'function',
  restore: 'function',
  stop: 'function',
} as const satisfies Record<RequiredOf<Trainer>, string>

async function makeTrainer(file: string, options: TrainerOptions): Promise<Trainer | undefined> {
  const { createTrainer } = await read(file)
  if (createTrainer === undefined) return undefined
  if (typeof createTrainer !== 'function') {
    throw new ModelFileError(`${file}: createTrainer is no function; expected one that makes a trainer`)
  }
  const made: unknown = await called(file, () => createTrainer(options))
  const parts = (made ?? {}) as Record<string, unknown>
  const missing = Object.entries(PARTS).find(([name, type]) => typeof parts[name] !== type)
  if (missing === undefined) return made as Trainer
  throw new ModelFileError(`${file}: the trainer that createTrainer gave has no ${missing[0]}, a ${missing[1]}`)
}

async function called(file: string, call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (cause) {
    throw new ModelFileError(`${file}: the function that it exports failed: ${messageOf(cause)}`, { cause })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
