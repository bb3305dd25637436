import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { createRandom, type Random } from '../../random/random.ts'
import { classNameOf, partsOf } from './parts.ts'

/**
 * Dropout that can be repeated. TensorFlow.js draws its masks from the process's own randomness, or, with a seed, the
 * same mask in every step. This gives each mask a seed that depends on nothing but the peer's seed, the step, and where
 * in the model the layer is: training that resumes drops what it would have dropped. Layers within others are found
 * too, and the dropout of recurrent cells.
 *
 * Layers of noise (GaussianNoise, GaussianDropout, AlphaDropout) take no seed; models with them cannot be repeated.
 *
 * @returns sets the seeds of a step; call it before
 */
export function seedDropout(model: LayersModel, seed: number | string): (step: number) => void {
  const streams: Random[] = []
  const dropping = [...new Set(partsOf(model))].filter(part => isCell(part) || isDropout(part))
  const seedStep = (step: number) => {
    for (const index of dropping.keys()) streams[index] = createRandom(`${seed}/dropout/${index}/${step}`)
  }
  seedStep(0)
  for (const [index, part] of dropping.entries()) {
    // TensorFlow.js takes seed 0 for none.
    const next = () => 1 + streams[index].integer(2 ** 31 - 1)
    if (isCell(part)) part.dropoutFunc = (x, rate) => tf.dropout(x, rate, undefined, next())
    // Read once for each mask: a layer that is applied several times drops something else each time.
    else Object.defineProperty(part, 'seed', { get: next })
  }
  return seedStep
}

/** A recurrent cell, with the hook through which it makes its masks. */
interface Cell {
  dropoutFunc: ((x: tf.Tensor, rate: number) => tf.Tensor) | undefined
}

function isCell(part: object): part is Cell {
  return 'dropoutFunc' in part
}

function isDropout(part: object): boolean {
  return ['Dropout', 'SpatialDropout1D'].includes(classNameOf(part))
}
