import { hashParameters } from '../../../src/parameters/hash.ts'
import { agreeToAll } from '../liar-exchanges.ts'
import { giveTo, type Lie, vectorOfNorm } from '../lie.ts'

/** Every identity says from the beginning that it has sealed on a vector that nobody else has, gives it, and takes part in exchanges. */
export const sealedOn: Lie = ({ liars, clock, length, steps, sketcher, tell }) => {
  const vector = vectorOfNorm(length, 10)
  const sketch = sketcher.sketch(vector)
  const choice = hashParameters(vector)
  const done = { step: steps, age: steps, ownSteps: steps, done: true, partners: 4 }
  for (const liar of liars) {
    giveTo(liar, clock, vector, steps)
    agreeToAll(liar, () => steps)
    liar.say(() => ({ phase: 'sealed', ...done, sketch, choice }))
  }
  tell('vector', { hash: choice })
}
