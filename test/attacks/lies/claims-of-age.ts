import { MAX_STEPS } from '../../../src/gossip/constants.ts'
import { hashParameters } from '../../../src/parameters/hash.ts'
import { giveTo, type Lie, vectorOfNorm } from '../lie.ts'

/** Says, before anybody has trained, that it is ahead of all by 2^48 steps, and gives its vector to whoever takes it for the swarm's. */
export const claimsOfAge: Lie = ({ liars, clock, length, sketcher, tell }) => {
  const vector = vectorOfNorm(length, 10)
  const sketch = sketcher.sketch(vector)
  for (const liar of liars) {
    giveTo(liar, clock, vector, MAX_STEPS)
    liar.say(() => ({ phase: 'training', step: MAX_STEPS, age: MAX_STEPS, hasData: false, partners: 4, sketch }))
  }
  tell('vector', { hash: hashParameters(vector) })
}
