import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import { disguise } from '../liar.ts'
import { agreeToAll } from '../liar-exchanges.ts'
import type { Lie } from '../lie.ts'

const FAR = 1e3
/** Almost as far as a number of an announcement can be. */
const FARTHEST = 3e38

/** Honest in all but its sketch, which is far, and goes on averaging when others choose. */
export const farSketches: Lie = ({ liars }) => {
  for (const [index, liar] of liars.entries()) {
    const sketch = new Float32Array(SKETCH_BUCKETS).fill(index % 2 === 0 ? FAR : FARTHEST)
    agreeToAll(liar, () => disguise(liar, liars).age ?? 0)
    liar.say(() => {
      const { phase, ...worn } = disguise(liar, liars)
      return {
        ...worn,
        phase: phase === 'waiting' || phase === 'training' ? phase : 'averaging',
        choice: undefined,
        sketch,
      }
    })
  }
}
