import { disguise } from '../liar.ts'
import { completeAnswer } from '../liar-exchanges.ts'
import { type Lie, vectorOfNorm } from '../lie.ts'

/** Answers one exchange with each honest member by a vector as large as the recipe lets pass, and is honest otherwise. */
export const largeVector: Lie = ({ liars, length, maximumNorm, tell }) => {
  const vector = vectorOfNorm(length, 0.999 * maximumNorm)
  for (const liar of liars) {
    const poisoned = new Set<string>()
    liar.say(() => disguise(liar, liars))
    liar.answer('exchange', async stream => {
      const { age = 0 } = disguise(liar, liars)
      const isFirst = !poisoned.has(stream.peer) && age > 0
      if (isFirst) poisoned.add(stream.peer)
      if (isFirst) tell('offered', { peer: stream.peer })
      await completeAnswer(stream, age, theirs => (isFirst ? vector : theirs))
      if (isFirst) tell('merged', { peer: stream.peer })
    })
  }
}
