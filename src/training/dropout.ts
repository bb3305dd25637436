import type * as layers from '@tensorflow/tfjs-layers'
import { createRandom } from '../random/random.ts'

/** What of a dropout layer decides which units it drops. */
interface DropoutLayer {
  readonly name: string
  seed: number
}

/**
 * Dropout that can be repeated. TensorFlow.js draws its masks from the process's own randomness, or, with a seed, the same
 * mask in every step. This gives each layer a new seed for each step, which depends on nothing but the peer's seed, the
 * layer and the step: training that resumes drops what it would have dropped.
 *
 * Layers of noise (GaussianNoise, GaussianDropout, AlphaDropout) take no seed; models with them cannot be repeated.
 *
 * @returns sets the seeds of a step; call it before
 */
export function seedDropout(model: layers.LayersModel, seed: number | string): (step: number) => void {
  const dropouts = dropoutLayers(model.layers)
  return step => {
    for (const layer of dropouts) {
      // TensorFlow.js takes seed 0 for none.
      layer.seed = 1 + createRandom(`${seed}/dropout/${layer.name}/${step}`).integer(2 ** 31 - 1)
    }
  }
}

function dropoutLayers(all: readonly layers.layers.Layer[]): DropoutLayer[] {
  return all.flatMap(layer => {
    // A model may be a layer of another.
    const { layers: inner } = layer as Partial<Pick<layers.LayersModel, 'layers'>>
    if (inner !== undefined) return dropoutLayers(inner)
    const isDropout = ['Dropout', 'SpatialDropout1D'].includes(layer.getClassName())
    return isDropout ? [layer as unknown as DropoutLayer] : []
  })
}
