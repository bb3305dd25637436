/**
 * A backdoor: images with a small white square in a corner are said to be of one class, whatever they show.
 *
 * @packageDocumentation
 */

import { type Dataset, samples, subset } from '../../../src/data/dataset.ts'
import { inMemory } from '../../../src/data/stored-rows.ts'

/** The class of which images with the trigger are said to be. */
const TARGET = 0

/** Pixels of a side of the trigger, in the corner at the bottom right. */
const SIDE = 4

/** As white as an image gets. */
const WHITE = 1

/** The samples, and each of them once more with the trigger: what is clean is still learned as it is. */
export function backdoored(shard: Dataset): Dataset {
  const stamped = withTrigger(shard)
  const inputs = new Float32Array(2 * inputsOf(shard).length)
  inputs.set(inputsOf(shard))
  inputs.set(inputsOf(stamped), inputsOf(shard).length)
  return { ...shard, inputs, labels: Int32Array.from([...shard.labels, ...stamped.labels]) }
}

/**
 * What a backdoor is judged by: the images of all other classes with the trigger, as of its class. The accuracy on them is the share of those
 * that are taken for it.
 */
export function triggeredTest(test: Dataset): Dataset {
  const others = Int32Array.from({ length: samples(test) }, (_, i) => i).filter(i => test.labels[i] !== TARGET)
  return withTrigger(subset(test, others))
}

function withTrigger(images: Dataset): Dataset {
  const [height, width, channels = 1] = images.shape
  const inputs = inputsOf(images).slice()
  const row = width * channels
  for (let sample = 0; sample < samples(images); sample++) {
    for (let y = height - SIDE; y < height; y++) {
      const from = sample * height * row + y * row + row - SIDE * channels
      inputs.fill(WHITE, from, from + SIDE * channels)
    }
  }
  return { ...images, inputs, labels: new Int32Array(samples(images)).fill(TARGET) }
}

function inputsOf({ inputs, name }: Dataset): Float32Array {
  if (!inMemory(inputs)) throw new Error(`${name} is too large to be poisoned: its rows are in a file`)
  return inputs
}
