import type { GossipStatus, Peer, SwarmView } from '../../src/index.ts'
import type { RunPhase } from '../dashboard/told.ts'
import { LOOK_MS, MOST_OF_TIME } from '../serving/constants.ts'

/** The phases of a peer, those before its start and after its end among them. */
export const PHASES: readonly RunPhase[] = [
  'starting',
  'waiting',
  'training',
  'averaging',
  'sealing',
  'sealed',
  'ended',
]

/** What is known of a peer at one moment. */
export interface Seen {
  readonly status: GossipStatus
  readonly view: SwarmView
}

/** A peer, as it is looked at from outside now and then. */
export interface Watched {
  readonly peer: Peer
  phase(): RunPhase
  /** Own steps that it is to train at the least. */
  stepsAsked(): number
  /** What it failed of. */
  failure(): Error | undefined
  /** How it is, or was a moment ago: looking costs a pass over the parameters, however often somebody asks. */
  seen(): Seen
}

/** @param stepsAsked own steps that it is to train at the least with so many samples */
export function watchFromOutside(peer: Peer, stepsAsked: (samples: number) => number): Watched {
  let hasStarted = false
  let hasEnded = false
  let asked = peer.recipe.training.steps
  let failure: Error | undefined
  let last: Seen | undefined
  let lookAgainAt = 0

  peer.addEventListener('started', ({ detail }) => {
    hasStarted = true
    asked = stepsAsked(detail.shard)
  })
  peer.addEventListener('failed', ({ detail }) => {
    failure = detail.error
  })
  peer.addEventListener('stopped', () => {
    hasEnded = true
  })

  function look(): Seen {
    const began = performance.now()
    const seen = { status: peer.status(), view: peer.view() }
    const took = performance.now() - began
    lookAgainAt = began + Math.max(LOOK_MS, took / MOST_OF_TIME)
    return seen
  }

  return {
    peer,
    phase() {
      if (!hasStarted) return 'starting'
      const { phase } = peer.status()
      return hasEnded || phase === 'left' ? 'ended' : phase
    },
    stepsAsked: () => asked,
    failure: () => failure,
    seen() {
      if (last === undefined || performance.now() >= lookAgainAt) last = look()
      return last
    },
  }
}
