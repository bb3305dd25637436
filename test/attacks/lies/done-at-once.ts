import { disguise } from '../liar.ts'
import { agreeToAll } from '../liar-exchanges.ts'
import type { Lie } from '../lie.ts'

/** Every identity says from the first step on that it has done all of them: where most have, the rest is not waited for much longer. */
export const doneAtOnce: Lie = ({ liars, steps, tell }) => {
  for (const liar of liars) {
    agreeToAll(liar, () => disguise(liar, liars).age ?? 0)
    liar.say(() => {
      const worn = disguise(liar, liars)
      if (worn.phase !== 'training') return worn
      tell('done')
      return { ...worn, step: steps, ownSteps: steps, done: true }
    })
  }
}
