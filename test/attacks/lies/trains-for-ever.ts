import { disguise } from '../liar.ts'
import { agreeToAll } from '../liar-exchanges.ts'
import type { Lie } from '../lie.ts'

/** Takes part in every exchange, and never says that it has trained enough. */
export const trainsForEver: Lie = ({ liars }) => {
  for (const liar of liars) {
    agreeToAll(liar, () => disguise(liar, liars).age ?? 0)
    liar.say(() => ({ ...disguise(liar, liars), phase: 'training', ownSteps: 1, choice: undefined, done: false }))
  }
}
