import { UsageError } from '../errors.ts'
import type { Random } from '../random/random.ts'

/**
 * When a peer of gossip learning sends: at every tick it earns a token, or spends it at once on a message; what arrives makes
 * it spend some that it saved. So an update travels as fast as it arrives, in bursts that are bounded: in T ticks a peer sends at
 * most T + C messages (Danner and Jelasity 2018, "Token Account Algorithms: The Best of the Proactive and Reactive Worlds").
 */
export interface TokenAccount {
  /** C: no peer saves more. */
  readonly capacity: number
  /** The probability that a peer with so many tokens sends at a tick. */
  proactive(tokens: number): number
  /** Messages that what arrived makes it send, at most `tokens`. @param useful whether it brought something new */
  reactive(tokens: number, useful: boolean, random: Random): number
}

/** Saves up to C tokens, and answers everything that arrives while there are any. */
export function simpleTokenAccount(capacity: number): TokenAccount {
  requireWhole('capacity C', capacity)
  return {
    capacity,
    proactive: tokens => (tokens >= capacity ? 1 : 0),
    reactive: tokens => (tokens > 0 ? 1 : 0),
  }
}

/**
 * Answers with about a share 1 / A of its tokens; half as many where it was of no use.
 *
 * @param reactivity A, at most C
 */
export function generalizedTokenAccount(capacity: number, reactivity: number): TokenAccount {
  requireReactivity(capacity, reactivity)
  return {
    ...simpleTokenAccount(capacity),
    reactive: (tokens, useful) => Math.floor((reactivity - 1 + tokens) / (useful ? reactivity : 2 * reactivity)),
  }
}

/** Answers a useful message with a / A messages, rounded at random, and sends on its own the more readily the more it has saved. */
export function randomizedTokenAccount(capacity: number, reactivity: number): TokenAccount {
  requireReactivity(capacity, reactivity)
  return {
    capacity,
    proactive: tokens => Math.min(Math.max((tokens - reactivity + 1) / (capacity - reactivity + 1), 0), 1),
    reactive: (tokens, useful, random) => (useful ? Math.floor(tokens / reactivity + random.uniform()) : 0),
  }
}

/** @returns what is in the account after a tick, and whether the peer sends */
export function tick(
  account: TokenAccount,
  tokens: number,
  random: Random,
): { readonly tokens: number; readonly sends: boolean } {
  return random.uniform() < account.proactive(tokens) ? { tokens, sends: true } : { tokens: tokens + 1, sends: false }
}

/** @returns what is in the account after something arrived, and how many messages the peer sends */
export function receive(
  account: TokenAccount,
  tokens: number,
  useful: boolean,
  random: Random,
): { readonly tokens: number; readonly sends: number } {
  const sends = account.reactive(tokens, useful, random)
  return { tokens: tokens - sends, sends }
}

function requireReactivity(capacity: number, reactivity: number): void {
  requireWhole('capacity C', capacity)
  requireWhole('reactivity A', reactivity)
  if (reactivity <= capacity) return
  throw new UsageError(
    `a token account has reactivity A = ${reactivity}; expected at most its capacity C = ${capacity}`,
  )
}

function requireWhole(what: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new UsageError(`a token account has ${what} = ${value}; expected a whole number of at least 1`)
}
