import type { SymbolicTensor } from '@tensorflow/tfjs-layers'

/** TensorFlow.js Layers as an argument: to read the name of a model, a process need not load it. */
export type Layers = typeof import('@tensorflow/tfjs-layers')

/** One model of a family, chosen by its argument. */
export interface Model {
  /** What {@link ModelFamily.parse} would read again: `mlp:64`. */
  readonly name: string
  /**
   * Connects the layers, each under a name of its own: it is the name of the tensors in the layout.
   *
   * @param input `[batch, …shape]`
   * @param seedOf seed of a layer's initial parameters
   * @returns logits, `[batch, classes]`
   */
  connect(layers: Layers, input: SymbolicTensor, classes: number, seedOf: (layer: string) => number): SymbolicTensor
}

/** Models that share a name and differ by what follows its colon. A new family is one file and a line in `models.ts`. */
export interface ModelFamily {
  readonly name: string
  /** How to write one, for messages. */
  readonly usage: string
  /**
   * @param argument what follows the colon, undefined without one
   * @returns undefined where the argument is not understood
   */
  parse(argument: string | undefined): Model | undefined
}
