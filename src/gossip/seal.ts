/**
 * How a swarm ends on one vector without a leader. Every peer proposes its own; everyone takes the one of the smallest
 * rank, SHA-256(swarm ‖ hash), that lies within the target distance of its own. A minimum is idempotent: the order in
 * which proposals are heard, and how often, does not matter. Nobody can be moved further than the target.
 *
 * This file only decides, from what has been announced; it fetches and changes nothing.
 *
 * @packageDocumentation
 */

import { createHash } from 'node:crypto'
import { estimateConsensusDistance, sketchDistance } from '../averaging/sketch.ts'
import { norm } from '../parameters/vectors.ts'
import type { Phase } from './announcement.ts'
import type { Member } from './membership.ts'
import type { PeerId } from './ports.ts'

/** What this peer knows of itself. */
export interface SealSelf {
  readonly phase: Phase
  /** Of its current parameters; while sealing, of those that it froze. */
  readonly sketch: Float32Array
  readonly choice: string | undefined
  /** A proposal that it has checked and found too far. */
  readonly refuses: string | undefined
  /** Proposals that could not be fetched a moment ago. */
  readonly passes: readonly string[]
  /** Whether it has proposed before: then it is no newcomer, and its vector counts as much as another swarm's seal. */
  readonly hasProposed: boolean
  /** Whether it has averaged for a while since it last reopened, so that what it hears is no longer from before. */
  readonly rested: boolean
  /** Without company: whether it has waited long enough for some. */
  readonly mayBeAlone: boolean
}

export type SealAction =
  | { readonly do: 'nothing' }
  /** Freeze, and propose the own vector. */
  | { readonly do: 'propose' }
  /** Fetch this vector, and take it if it lies within the target distance of the own. */
  | { readonly do: 'check'; readonly hash: string; readonly holders: readonly PeerId[] }
  /** The run ended before this peer came: fetch the seal and take it as it is. */
  | { readonly do: 'adopt'; readonly hash: string; readonly holders: readonly PeerId[] }
  /** Everybody has chosen the same. */
  | { readonly do: 'seal' }
  /** Somebody is too far away: averaging goes on. */
  | { readonly do: 'reopen' }

const NOTHING: SealAction = { do: 'nothing' }

/**
 * Sketches say how far others are with a relative deviation of 9 %. A swarm proposes only when they say half the target:
 * then a proposal that is really beyond the target is more than five deviations away.
 */
const SKETCH_MARGIN = 2

/** The order in which proposals are preferred; nobody can choose it, and nobody can tell it before the swarm is known. */
export function rank(swarm: string, hash: string): string {
  return createHash('sha256').update(`${swarm}${hash}`).digest('hex')
}

/**
 * @param members those alive whose voice counts, this peer not among them
 * @param target the recipe's relative consensus distance
 */
export function nextSealAction(swarm: string, target: number, self: SealSelf, members: readonly Member[]): SealAction {
  const choosers = members.filter(({ announcement }) => announcement.choice !== undefined)
  const holders = (hash: string) =>
    choosers.filter(({ announcement }) => announcement.choice === hash).map(({ peer }) => peer)

  if (self.phase === 'training' || self.phase === 'averaging') {
    // A swarm that knew of this peer would have waited for it: whoever is sealed had ended before it was heard.
    const ended = members.filter(({ announcement }) => announcement.phase === 'sealed')
    const [first] = ended
    const late =
      !self.hasProposed &&
      first !== undefined &&
      2 * ended.length >= members.length + 1 &&
      ended.every(({ announcement }) => announcement.choice === first.announcement.choice)
    if (late) {
      const hash = first.announcement.choice as string
      return { do: 'adopt', hash, holders: holders(hash) }
    }
  }
  if (self.phase === 'training' || self.phase === 'left') return NOTHING
  if (self.phase === 'averaging' && !self.rested) return NOTHING

  // Whoever has sealed this peer's choice has seen everybody choose it, this peer too.
  const sealedElsewhere = choosers.some(
    ({ announcement }) => announcement.phase === 'sealed' && announcement.choice === self.choice,
  )
  if (self.phase === 'sealing' || self.phase === 'sealed') {
    const refused = members.some(({ announcement }) => announcement.refuses === self.choice)
    const refusing = choosers.some(({ announcement }) => announcement.choice === self.refuses)
    const trainingAgain =
      self.phase === 'sealing' && !sealedElsewhere && members.some(m => m.announcement.phase === 'training')
    if (refused || refusing || trainingAgain) return { do: 'reopen' }
  }

  // A sealed choice comes before one that is only proposed: what some have seen everybody choose must stay chosen.
  const order = (choice: string, sealed: boolean) => `${sealed ? 0 : 1}${rank(swarm, choice)}`

  let best = self.choice === undefined ? undefined : order(self.choice, self.phase === 'sealed' || sealedElsewhere)
  let candidate: string | undefined
  const sealedChoices = new Map<string, boolean>()
  for (const { announcement } of choosers) {
    const { choice, phase } = announcement
    if (choice === undefined || choice === self.choice || choice === self.refuses || self.passes.includes(choice))
      continue
    sealedChoices.set(choice, phase === 'sealed' || sealedChoices.get(choice) === true)
  }
  for (const [choice, sealed] of sealedChoices) {
    const place = order(choice, sealed)
    if (best === undefined || place < best) [best, candidate] = [place, choice]
  }
  if (candidate !== undefined) return { do: 'check', hash: candidate, holders: holders(candidate) }

  if (self.phase === 'averaging') return mayPropose(target, self, members) ? { do: 'propose' } : NOTHING
  // Who has come since takes the seal when it is done, as every latecomer does.
  if (self.phase === 'sealing' && (sealedElsewhere || choosers.length === members.length)) {
    if (choosers.every(({ announcement }) => announcement.choice === self.choice)) return { do: 'seal' }
  }
  return NOTHING
}

function mayPropose(target: number, self: SealSelf, members: readonly Member[]): boolean {
  if (members.length === 0) return self.mayBeAlone
  if (members.some(({ announcement }) => announcement.phase === 'training')) return false
  const sketches = members.map(({ announcement }) => announcement.sketch)
  const near = (target / SKETCH_MARGIN) * norm(self.sketch)
  return (
    sketches.every(sketch => sketchDistance(self.sketch, sketch) <= near) &&
    estimateConsensusDistance([self.sketch, ...sketches]) <= target
  )
}
