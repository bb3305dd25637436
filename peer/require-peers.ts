import { count } from './words.ts'
import { WrongUsage } from './wrong-usage.ts'

/** All are connected to the first, which keeps so many connections at most. */
export const MOST_REAL_PEERS = 128

/** Everybody hears of everybody: the announcements on the virtual network grow with the square of the peers. */
export const MOST_VIRTUAL_PEERS = 1_000
export const WHY_NO_MORE_VIRTUAL_PEERS = 'what they announce to one another grows with the square'

/** Commander would miss it before it sees that it was misspelt. */
export function requirePeers({ peers }: { readonly peers?: number }, most: number): void {
  if (peers === undefined)
    throw new WrongUsage(`--peers N is missing; expected a whole number from 1 to ${count(most)}`)
}
