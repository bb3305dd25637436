import type { Attack } from './attack.ts'

/**
 * Says what is no number. One NaN in an average makes everything NaN, and in a few rounds everybody: a peer that receives such a
 * message must drop it before an aggregator sees it, as though it had been lost.
 */
export const nan: Attack = {
  name: 'nan',
  forge(_, out) {
    out.fill(Number.NaN)
  },
}
