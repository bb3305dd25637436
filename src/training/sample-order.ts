import { createRandom, restoreRandom } from '../random/random.ts'
import { TrainerStateError } from './errors.ts'

/** The order in which a shard's samples are drawn. */
export interface SampleOrder {
  /** Indices of the next batch, `[batch]`. Valid until the next call. */
  next(): Int32Array
  /** The point that the order has reached. */
  state(): Record<string, string>
  /**
   * Goes on from where {@link state} was called. With a shard of another size the epoch cannot go on: a new one begins.
   *
   * @throws TrainerStateError where the state is damaged
   */
  restore(state: Readonly<Record<string, string>>): void
}

/**
 * Each epoch is a fresh shuffle of all samples. Batches are always full: one that reaches past the end of an epoch takes
 * the rest from the next. A shard smaller than the batch is one batch: there all samples are in every step.
 */
export function createSampleOrder(samples: number, batch: number, seed: number | string): SampleOrder {
  let random = createRandom(seed)
  // The random state from which this epoch was shuffled: enough to shuffle it again.
  let epochStart = random.state()
  let position = 0
  const order = new Int32Array(samples)
  const indices = new Int32Array(Math.min(batch, samples))
  shuffle()

  function shuffle(): void {
    epochStart = random.state()
    for (let i = 0; i < samples; i++) order[i] = i
    random.shuffle(order)
    position = 0
  }

  return {
    next() {
      for (let i = 0; i < indices.length; i++) {
        if (position === samples) shuffle()
        indices[i] = order[position++]
      }
      return indices
    },
    state: () => ({ epochStart: epochStart.join(' '), position: String(position), samples: String(samples) }),
    restore(state) {
      const words = state.epochStart?.split(' ').map(Number) ?? []
      const savedPosition = Number(state.position)
      const savedSamples = Number(state.samples)
      if (
        words.length !== epochStart.length ||
        !words.every(Number.isInteger) ||
        !Number.isInteger(savedSamples) ||
        !Number.isInteger(savedPosition) ||
        savedPosition < 0 ||
        savedPosition > savedSamples
      ) {
        throw new TrainerStateError('the saved order of samples is damaged: start from a state that is whole')
      }
      random = restoreRandom(words)
      shuffle()
      if (savedSamples === samples) position = savedPosition
    },
  }
}
