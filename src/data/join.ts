import { IN_MEMORY_LIMIT_BYTES } from './constants.ts'
import { type Dataset, features, gather, outputs, samples, targets } from './dataset.ts'
import { createRowStore } from './row-store.ts'

/**
 * The samples of several datasets as one, in their order. They are of one shape and have the same classes, as data that were fitted to
 * one recipe do.
 *
 * @param parts one at least
 */
export function joinDatasets(parts: readonly Dataset[]): Dataset {
  const [first] = parts
  if (parts.length === 1) return first
  const width = features(first)
  const inputs = createRowStore({ element: 'float32', width, limit: IN_MEMORY_LIMIT_BYTES })
  const total = parts.reduce((sum, part) => sum + samples(part), 0)
  const labels = new Int32Array(first.values === undefined ? total * targets(first) : 0)
  const values = new Float32Array(total * outputs(first))
  const row = new Float32Array(width)
  const value = new Float32Array(outputs(first))
  const label = new Int32Array(targets(first))
  let at = 0
  for (const part of parts) {
    const bare = { ...part, maps: undefined, valueMap: undefined }
    for (let sample = 0; sample < samples(part); sample++, at++) {
      gather(bare, Int32Array.of(sample), row, label, value)
      inputs.append(row)
      if (first.values === undefined) labels.set(label, at * label.length)
      else values.set(value, at * value.length)
    }
  }
  return {
    ...first,
    name: parts.map(({ name }) => name).join(' and '),
    inputs: inputs.finish(),
    labels,
    ...(first.values === undefined ? {} : { values }),
  }
}
