import { UsageError } from '../errors.ts'

/**
 * How gossip learning merges a model that arrives with the one that is there, told by the ages of the two.
 *
 * @param own age of the model that is there: how many updates it has seen
 * @param received age of the one that arrives
 * @returns the share of the one that arrives, in [0, 1], and the age of what comes out
 */
export type GossipMerge = (own: number, received: number) => { readonly share: number; readonly age: number }

/** Half of each (Ormándi, Hegedűs and Jelasity 2013, "Gossip learning with linear models on fully distributed data"). */
const plain: GossipMerge = (own, received) => ({ share: 1 / 2, age: Math.max(own, received) })

/** By age: a model that has seen more counts for more (Hegedűs, Danner and Jelasity 2021, "Decentralized learning works"). */
const byAge: GossipMerge = (own, received) => ({
  share: own + received === 0 ? 1 / 2 : received / (own + received),
  age: Math.max(own, received),
})

/** The model that arrives takes the place of the other: models walk at random, nothing is merged, and alone here ages may fall. */
const walk: GossipMerge = (_own, received) => ({ share: 1, age: received })

/**
 * By age, unless one is older by more than L updates: then the older one as it is, so that models that have fallen behind hold
 * nobody back (Danner et al. 2023, "Improving gossip learning via limited model merging").
 */
function limited(limit: number): GossipMerge {
  return (own, received) => {
    if (Math.abs(own - received) <= limit) return byAge(own, received)
    return { share: own < received ? 1 : 0, age: Math.max(own, received) }
  }
}

/** Older than a model will ever be of another. */
const FAR_APART = 1e12

/** Whether two models that have trained both have a part in what comes out, however far apart their ages are. */
export function keepsBoth(merge: GossipMerge): boolean {
  return [merge(1, FAR_APART), merge(FAR_APART, 1)].every(({ share }) => share > 0 && share < 1)
}

const merges: Readonly<Record<string, GossipMerge>> = { age: byAge, plain, walk, limited: limited(1) }

/** @param text `age`, `plain`, `walk`, `limited`, or `limited,L` @throws UsageError for anything else */
export function parseGossipMerge(text: string): GossipMerge {
  if (Object.hasOwn(merges, text)) return merges[text]
  const [, limit] = /^limited,(\d{1,9})$/.exec(text) ?? []
  if (limit !== undefined) return limited(Number(limit))
  throw new UsageError(
    `unknown merge "gossip:${text}"; accepted are gossip:age, gossip:plain, gossip:walk and gossip:limited[,L]`,
  )
}
