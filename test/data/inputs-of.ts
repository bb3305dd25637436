import { type Dataset, features, gather, samples, targets } from '../../src/data/dataset.ts'

/** `[samples, features]`: all inputs of a dataset, wherever they are kept. */
export function inputsOf(dataset: Dataset): Float32Array {
  const count = samples(dataset)
  const inputs = new Float32Array(count * features(dataset))
  gather(
    dataset,
    Int32Array.from({ length: count }, (_, i) => i),
    inputs,
    new Int32Array(count * targets(dataset)),
  )
  return inputs
}
