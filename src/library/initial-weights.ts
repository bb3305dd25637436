/**
 * The weights that a swarm begins from, where its recipe names some (`start.from`): out of files, and told from others by their hash.
 *
 * The hash is the SHA-256 of all of the model's weights as little-endian float32, tensor after tensor in the order in which the model
 * has them, frozen ones included. So files of other formats that hold the same values are the same weights, and a model that hearsay
 * has written is known by the `parametersHash` beside its tensors.
 *
 * @packageDocumentation
 */

import { readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { UsageError } from '../errors.ts'
import { fitTensors } from '../parameters/fit-tensors.ts'
import { movingLayout, movingOf } from '../parameters/frozen.ts'
import { hashParameters } from '../parameters/hash.ts'
import type { Layout } from '../parameters/layout.ts'
import { decodeSafetensors, type NamedTensor, SafetensorsError } from '../parameters/safetensors.ts'
import { norm } from '../parameters/vectors.ts'
import { outputsOf, parseRecipe, type Recipe, type RecipeInput } from '../recipe/recipe.ts'
import { parametersOf } from '../training/layers-model/batch-statistics.ts'
import { readLayersModelWeights } from '../training/layers-model/read-weights.ts'

/** The file is no file of weights, or its weights are not those that the recipe begins from. */
export class InitialWeightsError extends UsageError {
  override readonly name = 'InitialWeightsError'
}

/** Weights of a recipe's model. */
export interface InitialWeights {
  /** `[elements of the whole model]` */
  readonly weights: Float32Array
  /** What `start.from` says of them. */
  readonly hash: string
  /** A warning for people: how the file was understood, where its names are not the model's. */
  readonly warning: string | undefined
}

/**
 * Reads weights for a recipe's model. Builds the model, and loads TensorFlow.js for that in this thread.
 *
 * @param file a safetensors file, or a folder with a model of TensorFlow.js, or the `model.json` in it
 * @throws InitialWeightsError where it cannot be read, or peers would refuse what it holds; TensorMisfitError listing what does not fit; as the model does that cannot be made
 */
export async function readInitialWeights(given: RecipeInput, file: string): Promise<InitialWeights> {
  const tensors = await readTensors(file)
  const { model, training, security } = parseRecipe(given)
  const { layoutOfModel } = await import('../training/layers-model/layout-of-model.ts')
  const whole = await layoutOfModel(model.name, { ...model, outputs: outputsOf(model), seed: training.seed })
  const found = fitted(whole, tensors, file)
  requireMergeable(whole, found.weights, security.maximumNorm, file)
  return found
}

/** Peers refuse parameters of a larger norm: they would refuse one another's from the beginning. */
function requireMergeable(whole: Layout, weights: Float32Array, maximumNorm: number, file: string): void {
  const found = norm(parametersOf(movingLayout(whole), movingOf(whole, weights)))
  if (found <= maximumNorm) return
  throw new InitialWeightsError(
    `${file}: what is trained of its weights has a norm of ${found.toPrecision(3)}, and the recipe lets peers merge up to ${maximumNorm}: ` +
      'write one that lets them merge more, with --maximum-norm F',
  )
}

/**
 * The same for a model that is known already.
 *
 * @param from a file; or the weights themselves, `[elements of the whole model]`
 */
export async function fitInitialWeights(whole: Layout, from: string | Float32Array): Promise<InitialWeights> {
  if (typeof from === 'string') return fitted(whole, await readTensors(from), from)
  if (from.length === whole.length) return { weights: from, hash: hashParameters(from), warning: undefined }
  throw new InitialWeightsError(`from has ${from.length} numbers; expected ${whole.length}, as the model has weights`)
}

function fitted(whole: Layout, tensors: readonly NamedTensor[], file: string): InitialWeights {
  const { weights, byOrder } = fitTensors(whole, tensors, file)
  const [first] = whole.tensors
  const warning = byOrder
    ? `the tensors of ${file} have other names than the model's, and were taken in their order, as all shapes agree: ${tensors[0].name} is ${first.name}`
    : undefined
  return { weights, hash: hashParameters(weights), warning }
}

/**
 * @param source named in messages
 * @throws InitialWeightsError where the recipe begins from other weights, or from none that are named
 */
export function requireFrom({ start }: Recipe, hash: string, source: string): void {
  if (start.from === hash) return
  throw new InitialWeightsError(
    start.from === undefined
      ? `${source}: the recipe names no weights to begin from; write one that does with hearsay init --from FILE, for all peers`
      : `${source} has the weights ${hash}, the recipe begins from ${start.from}: give the file that it was written for, or ` +
          'write a recipe for this one with hearsay init --from FILE',
  )
}

/**
 * For runs in which nobody could fetch them.
 *
 * @throws InitialWeightsError where weights are missing that the recipe begins from, or others are given
 */
export function requireInitialWeights(recipe: Recipe, from: Float32Array | undefined): void {
  if (from !== undefined) requireFrom(recipe, hashParameters(from), 'from')
  else if (recipe.start.from !== undefined) {
    throw new InitialWeightsError(
      `the recipe begins from the weights ${recipe.start.from}: give the file that has them, with --from FILE`,
    )
  }
}

async function readTensors(file: string): Promise<readonly NamedTensor[]> {
  const isFolder = await stat(file).then(
    found => found.isDirectory(),
    cause => {
      throw new InitialWeightsError(`${file} cannot be read: ${cause.message}`, { cause })
    },
  )
  if (isFolder) return await readLayersModelWeights(join(file, 'model.json'))
  if (extname(file) === '.json') return await readLayersModelWeights(file)
  return readSafetensors(await readFile(file), file)
}

function readSafetensors(bytes: Uint8Array, file: string): readonly NamedTensor[] {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes)
    if (metadata.state === undefined) return tensors
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause
    throw new InitialWeightsError(
      `${file} is no file of weights: ${cause.message}; expected a safetensors file, or a folder with a model of TensorFlow.js`,
      { cause },
    )
  }
  throw new InitialWeightsError(
    `${file} is a peer's checkpoint, and no model: write its model with hearsay export --state DIR --to MODEL.safetensors`,
  )
}
