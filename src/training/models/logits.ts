import type { ModelRequest } from './family.ts'

/** The layer that ends a model. */
export function logits({ layers, classes }: ModelRequest, seedOf: (layer: string) => number) {
  return layers.layers.dense({
    name: 'logits',
    units: classes,
    kernelInitializer: layers.initializers.glorotUniform({ seed: seedOf('logits') }),
  })
}
