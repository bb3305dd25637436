import type { Clipping } from './exchange/clipping.ts'
import type { Scheduler } from './exchange/scheduler.ts'
import type { Membership } from './membership/membership.ts'
import type { Interval } from './pace/interval.ts'
import type { PeerPhase, Phase } from './phase.ts'
import type { Network, PeerId } from './ports.ts'
import type { PeerWatch } from './run/peer-watch.ts'
import type { Choice } from './seal/choice.ts'
import type { Replica } from './state/replica.ts'
import type { Conversations, StreamTraffic } from './streams/conversations.ts'
import type { StateSync } from './sync/state-sync.ts'

/** The fate of a peer's own data. */
export interface PeerOutcome {
  /** Local steps trained on its own data, in all its lives. */
  readonly ownSteps: number
  /** Exchanges that it took part in while it trained, whoever began them, and those that its steps and the recipe ask for. */
  readonly exchanges: number
  readonly exchangesAsked: number
  /** With how many distinct others. */
  readonly partners: number
  /** Whether the final model, which at least two have chosen, contains this peer's data. */
  readonly inModel: boolean
  /** Own steps that are not known to be in the model. */
  readonly leftOut: number
  /** Living members, this peer among them, that have chosen the final model; 0 where there is none. */
  readonly members: number
  /** Members that fell silent without a goodbye, and are not back. */
  readonly vanished: number
}

export interface GossipStatus extends PeerOutcome {
  readonly phase: Phase
  readonly step: number
  readonly age: number
  /** Local steps between two exchanges, as of now. */
  readonly localSteps: number
  readonly peers: readonly PeerId[]
  readonly consensusDistance: number | null
  readonly bytesIn: number
  readonly bytesOut: number
  /** The part of these bytes that streams carried; the rest is what connections, encryption and announcements need. */
  readonly streams: StreamTraffic
  /** The part of these bytes that arrived when this peer fetched parameters: late, returning, or for the seal. */
  readonly fetchedBytes: number
  /** Exchanges that this peer began and that were applied on both sides, those after training as well. */
  readonly exchangesBegun: number
  /** Exchanges that were agreed in this life with less than their weight, because the two were farther apart than one of them lets itself be moved. */
  readonly clipped: number
}

export interface StatusOptions {
  /** Local steps that this peer is to train; with 0 it brings no data. */
  readonly steps: number
  readonly phase: PeerPhase
  readonly replica: Replica
  readonly interval: Interval
  readonly membership: Membership
  readonly choice: Choice
  readonly scheduler: Pick<Scheduler, 'begun'>
  readonly peerWatch: PeerWatch
  readonly conversations: Conversations
  readonly stateSync: Pick<StateSync, 'fetchedBytes'>
  readonly initialVector: Pick<StateSync, 'fetchedBytes'>
  readonly network: Network
  /** Undefined where merges are not clipped. */
  readonly clipping?: Pick<Clipping, 'clipped'>
}

/** @returns how the peer is at the moment of each call */
export function createStatus(options: StatusOptions): () => GossipStatus {
  const {
    steps,
    phase,
    replica,
    interval,
    membership,
    choice,
    scheduler,
    peerWatch,
    conversations,
    stateSync,
    initialVector,
    network,
    clipping,
  } = options
  const { contribution } = replica

  function sealedOutcome(): Pick<PeerOutcome, 'inModel' | 'leftOut' | 'members'> {
    const as = choice.sealedAs()
    if (as === undefined) return { inModel: false, leftOut: contribution.ownSteps(), members: 0 }
    const members = Math.max(as.members, peerWatch.sealers() + 1)
    const hasPart = steps === 0 || contribution.ownSteps() > 0
    return { inModel: members >= 2 && as.leftOut === 0 && hasPart, leftOut: as.leftOut, members }
  }

  return () => ({
    phase: phase.now(),
    step: replica.step,
    age: replica.age,
    localSteps: interval.steps(),
    peers: membership.alive().map(({ peer }) => peer),
    consensusDistance: choice.estimate(),
    ownSteps: contribution.ownSteps(),
    exchanges: contribution.exchanges(),
    exchangesAsked: contribution.exchangesAsked(),
    exchangesBegun: scheduler.begun(),
    clipped: clipping?.clipped() ?? 0,
    partners: contribution.partners(),
    ...sealedOutcome(),
    vanished: membership.vanished().length,
    streams: conversations.carried(),
    fetchedBytes: stateSync.fetchedBytes() + initialVector.fetchedBytes(),
    ...network.traffic(),
  })
}
