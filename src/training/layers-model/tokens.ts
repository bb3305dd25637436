/**
 * Models that look their inputs up in an embedding take tokens: whole numbers from 0 that are below its size. TensorFlow.js cuts fractions
 * off in silence, and fails in the middle of training where a number is outside.
 *
 * @packageDocumentation
 */

import * as layers from '@tensorflow/tfjs-layers'
import { type Dataset, features, gather, samples } from '../../data/dataset.ts'
import { ModelMisfitError } from '../errors.ts'
import type { Model } from '../models/family.ts'

/** Samples that are looked at together. */
const AT_ONCE = 256

/** A table of vectors in which all of a model's inputs are looked up. */
interface Embedding {
  readonly name: string
  /** Vectors in it. */
  readonly inputDim: number
}

/**
 * Checks that what a model looks up is in its embedding.
 *
 * @throws ModelMisfitError naming the place of the first value that is not, by row and column where the data say them, and how many
 * samples have such; where samples are standardised, since then nothing is a token any more
 */
export function requireTokens({ name }: Model, model: layers.LayersModel, data: Dataset): void {
  const [smallest] = embeddingsOf(model).sort((one, other) => one.inputDim - other.inputDim)
  if (smallest === undefined) return
  const { maps = [] } = data
  if (maps.length > 0) {
    throw new ModelMisfitError(
      `${data.name} is standardised, which is for measured values; ${name} looks its inputs up in an embedding (layer ` +
        `${smallest.name}), which takes whole numbers as they are: write the recipe with --no-standardise (data.standardise: false)`,
    )
  }
  const found = outside(data, smallest.inputDim)
  if (found === undefined) return
  const { place, value, count } = found
  const others = count === 1 ? '' : ` (${count.toLocaleString('en')} samples have such)`
  throw new ModelMisfitError(
    `${data.name}, ${place}: found ${Number.isNaN(value) ? 'a missing value' : value}${others}; expected a whole number from 0 to ` +
      `${smallest.inputDim - 1}, as ${name} looks it up in an embedding of ${smallest.inputDim} (layer ${smallest.name}): ` +
      'number the tokens from 0, or make the embedding larger than the largest (inputDim)',
  )
}

/**
 * The error of a lookup that failed in the middle of training, of an embedding that {@link requireTokens} cannot see to take the model's
 * inputs; undefined where it is another error.
 */
export function lookupFailure({ name }: Model, error: unknown): ModelMisfitError | undefined {
  const [, value, largest] =
    /^GatherV2: the index value (\S+) is not in \[0, (\d+)\]/.exec(String((error as Error).message)) ?? []
  if (largest === undefined) return undefined
  return new ModelMisfitError(
    `${name} looks up ${value} in an embedding or another table of ${Number(largest) + 1}, which takes whole numbers from 0 to ${largest}: ` +
      'number the tokens from 0, or make the table larger than the largest (inputDim)',
    { cause: error },
  )
}

/** Of the values that are no tokens, the first by its row; the samples with such. */
function outside(data: Dataset, size: number): { place: string; value: number; count: number } | undefined {
  const width = features(data)
  const all = samples(data)
  const inputs = new Float32Array(Math.min(AT_ONCE, all) * width)
  const labels = new Int32Array(data.labels.length === 0 ? 0 : (inputs.length / width) * (data.targets ?? 1))
  let first: { sample: number; feature: number; value: number } | undefined
  let count = 0
  for (let from = 0; from < all; from += AT_ONCE) {
    const indices = Int32Array.from({ length: Math.min(AT_ONCE, all - from) }, (_, i) => from + i)
    gather(data, indices, inputs, labels)
    for (const [row, sample] of indices.entries()) {
      const values = inputs.subarray(row * width, (row + 1) * width)
      const feature = values.findIndex(value => !(Number.isInteger(value) && value >= 0 && value < size))
      if (feature < 0) continue
      count++
      if (first === undefined || lineOf(data, sample) < lineOf(data, first.sample)) {
        first = { sample, feature, value: values[feature] }
      }
    }
  }
  if (first === undefined) return undefined
  const { sample, feature, value } = first
  const row = data.lines === undefined ? `sample ${sample + 1}` : `row ${lineOf(data, sample)}`
  const column = data.featureNames?.[feature]
  return { place: `${row}, ${column === undefined ? `feature ${feature + 1}` : `column ${column}`}`, value, count }
}

function lineOf({ lines }: Dataset, sample: number): number {
  return lines?.[sample] ?? sample
}

/** Embeddings whose input is the model's own, in another shape or order at most. */
function embeddingsOf(model: layers.LayersModel): Embedding[] {
  return model.layers.flatMap(layer => {
    const found =
      layer instanceof layers.LayersModel
        ? embeddingsOf(layer)
        : layer.getClassName() === 'Embedding'
          ? [{ name: layer.name, inputDim: (layer as unknown as Embedding).inputDim }]
          : []
    const inputs = layer.inboundNodes.flatMap(({ inputTensors }) => inputTensors)
    return found.length > 0 && inputs.some(isInput) ? found : []
  })
}

/** Layers whose outputs are their inputs, in another shape or order. */
const SHAPING = ['Reshape', 'Flatten', 'Permute', 'RepeatVector']

function isInput({ sourceLayer, nodeIndex }: layers.SymbolicTensor): boolean {
  if (sourceLayer.getClassName() === 'InputLayer') return true
  return (
    SHAPING.includes(sourceLayer.getClassName()) && isInput(sourceLayer.getInputAt(nodeIndex) as layers.SymbolicTensor)
  )
}
