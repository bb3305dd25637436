import { score } from '../../../src/training/objective.ts'
import { below, type Check } from '../check.ts'

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))

/** The loss of a right answer of two that could not be surer. */
function lossOfCertainty(activation: (z: number) => number): number {
  return score(Float32Array.of(activation(40), activation(-40)), Int32Array.of(0), 2).loss
}

export const objectiveChecks: readonly Check[] = [
  {
    line: 'B.e',
    property: 'the loss of the right answer of two vanishes as it becomes certain',
    ...below(1e-6),
    measure: () => lossOfCertainty(z => z),
    control: { broken: 'a sigmoid before the softmax, which leaves .313', measure: () => lossOfCertainty(sigmoid) },
  },
]
