import type { ModelRequest } from './family.ts'

/** The layer that ends a model: logits, or the values of a regression. */
export function logits({ layers, outputs }: ModelRequest, seedOf: (layer: string) => number) {
  return layers.layers.dense({
    name: 'logits',
    units: outputs,
    kernelInitializer: layers.initializers.glorotUniform({ seed: seedOf('logits') }),
  })
}
