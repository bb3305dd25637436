import type { Random } from '../../../src/random/random.ts'

/** Whether a message of this round arrives. */
export type Arrives = (from: number, to: number) => boolean

/** Loses each message by itself. */
export function oneWayLoss(probability: number, random: Random): Arrives {
  return () => random.uniform() >= probability
}

/** Loses both messages of a pair or none, as an exchange does that both sides carry out or neither. For one round. */
export function atomicLoss(probability: number, random: Random): Arrives {
  const decided = new Map<string, boolean>()
  return (from, to) => {
    const pair = from < to ? `${from} ${to}` : `${to} ${from}`
    const arrives = decided.get(pair) ?? random.uniform() >= probability
    decided.set(pair, arrives)
    return arrives
  }
}
