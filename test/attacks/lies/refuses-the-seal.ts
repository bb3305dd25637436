import { disguise, honestWords } from '../liar.ts'
import { agreeToAll } from '../liar-exchanges.ts'
import type { Lie } from '../lie.ts'

/** Follows the swarm to the seal, and refuses what was sealed as soon as somebody has. */
export const refusesTheSeal: Lie = ({ liars, tell }) => {
  for (const liar of liars) {
    agreeToAll(liar, () => disguise(liar, liars).age ?? 0)
    liar.say(() => {
      const worn = disguise(liar, liars)
      const sealed = honestWords(liar, liars).find(({ phase }) => phase === 'sealed')
      if (sealed === undefined) return worn
      tell('refused', { hash: sealed.choice })
      return { ...worn, phase: 'averaging', choice: undefined, refuses: sealed.choice }
    })
  }
}
