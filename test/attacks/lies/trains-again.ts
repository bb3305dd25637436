import { disguise, honestWords } from '../liar.ts'
import { agreeToAll } from '../liar-exchanges.ts'
import type { Lie } from '../lie.ts'

/** Follows the swarm to the seal, and says that it trains again whenever somebody has sealed. */
export const trainsAgain: Lie = ({ liars, tell }) => {
  for (const liar of liars) {
    agreeToAll(liar, () => disguise(liar, liars).age ?? 0)
    liar.say(() => {
      const isSealed = honestWords(liar, liars).some(({ phase }) => phase === 'sealed')
      if (isSealed) tell('again')
      const again = { phase: 'training', choice: undefined, done: false } as const
      return { ...disguise(liar, liars), ...(isSealed && again) }
    })
  }
}
