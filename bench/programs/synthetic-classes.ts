import type { Dataset, Split } from '../../src/index.ts'
import { createRandom } from '../../src/public/algorithms.ts'

const TRAINING = 1_437
const TEST = 360

/** A cloud of normal samples around a point for each class: as large as the optical digits, for speed alone. */
export function syntheticClasses(features: number, classes: number): Split {
  const random = createRandom('synthetic')
  const centres = Float32Array.from({ length: features * classes }, () => random.normal())
  const part = (samples: number): Dataset => {
    const labels = Int32Array.from({ length: samples }, (_, sample) => sample % classes)
    const inputs = Float32Array.from(
      { length: samples * features },
      (_, i) => centres[labels[Math.floor(i / features)] * features + (i % features)] + random.normal(),
    )
    return { name: 'synthetic', inputs, labels, shape: [features], classes }
  }
  return { train: part(TRAINING), test: part(TEST) }
}
