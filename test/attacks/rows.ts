/**
 * The attacks by members, one a row: who does what, what happened when a member's bare word decided, and whether it still
 * does.
 *
 * @packageDocumentation
 */

import { CATCH_UP_MS, OVERDUE_TRAINING_MS } from '../../src/gossip/run/constants.ts'
import { firstPatience } from '../../src/gossip/seal/end-patience.ts'
import type { AttackedSwarm, AttackedSwarmOptions } from './attacked-swarm.ts'

export interface AttackRow extends Required<Pick<AttackedSwarmOptions, 'attack' | 'identities'>> {
  readonly rule?: string
  /** What the attacker does, for people. */
  readonly about: string
  /** What was reported of it before there were members; it is not measured here. */
  readonly before: string
  /** What the event loop's mean delay and the memory may be beyond those of a swarm without attack. */
  readonly most?: { readonly loopDelayMs?: number; readonly extraBytes?: number }
  /** The event by which the attacker says that it has done what it is about, where it is not only words. */
  readonly did?: string
}

/** Averages in pairs: there a peer's places for exchanges are few. */
const PAIRS = 'adpsgd'

export const attackRows: readonly AttackRow[] = [
  {
    attack: 'claims-of-age',
    identities: 1,
    about: 'announces age 2^48 and a step beyond the end',
    before: 'all five took its vector; never sealed; accuracy 66 to 81 %',
  },
  {
    attack: 'sealed-on',
    identities: 5,
    about: 'five identities of one process say "sealed on H"',
    before: 'all adopted H without looking at the distance',
  },
  {
    attack: 'large-vector',
    identities: 1,
    about: 'one exchange with a vector of norm 0.999e6',
    before: '97 to 7.2 %, and all five sealed on it',
    did: 'offered',
  },
  { attack: 'trains-for-ever', identities: 1, about: 'says "training" for ever', before: 'never sealed' },
  { attack: 'far-sketches', identities: 2, about: 'far sketches, as far as a number can be', before: 'never sealed' },
  {
    attack: 'trains-again',
    identities: 1,
    about: 'trains again whenever somebody seals',
    before: 'never sealed',
    did: 'again',
  },
  {
    attack: 'leaves-doubts',
    identities: 8,
    rule: PAIRS,
    about: '8 identities leave one exchange each in doubt and live on',
    before: 'every ledger full: averaging stopped for good',
    did: 'doubt',
  },
  {
    attack: 'holds-slots',
    identities: 3,
    rule: PAIRS,
    about: '3 identities hold the exchange slots',
    before: '12 exchanges in place of 45',
    did: 'held',
  },
  {
    attack: 'holds-fetch-places',
    identities: 4,
    about: '4 identities hold the 8 fetch places',
    before: 'no seal',
    did: 'held',
  },
  {
    attack: 'ghosts',
    identities: 1,
    about: '500 members that do not exist, over one connection',
    before: '3 to 12 exchanges',
    did: 'announced',
  },
  {
    attack: 'done-at-once',
    identities: 5,
    about: 'five identities say at the first step that they have done all of them',
    before: 'all ended their training without a step of their own, and sealed',
    did: 'done',
  },
  {
    attack: 'refuses-the-seal',
    identities: 6,
    about: 'six identities refuse after the seal',
    before: 'all reopened',
    did: 'refused',
  },
]

/** What strangers do, and members below what they say: the swarm must be as if nobody did. */
export const floodRows: readonly AttackRow[] = [
  {
    attack: 'idle-connections',
    identities: 0,
    about: '200 idle connections and 500 sockets that shake no hands, while a member comes',
    before: 'a newcomer could not get in',
  },
  {
    attack: 'nested-recipes',
    identities: 3,
    about: 'recipes nested 4,500 deep, 180 a second',
    before: "event loop's mean delay 640 to 960 ms",
    most: { loopDelayMs: 100 },
  },
  {
    attack: 'long-frames',
    identities: 30,
    about: 'frames of 1 MiB without their last byte on 30 connections',
    before: 'memory from 431 to 1,219 MiB',
    most: { extraBytes: 256 * 2 ** 20 },
  },
]

/**
 * How much less right the honest may be than without an attack. Exchanges with liars mix nothing, and what they hold takes its weight from
 * those with others: models that were mixed less are right two to four percent less often.
 */
const ACCURACY_SPREAD = 0.05

/** Of the exchanges that a calm swarm makes, those that an attack must leave. */
const LEAST_EXCHANGES = 0.5

/**
 * Liars with whom the honest average cost them as many more exchanges, on the same processors; beyond that training may take so many times as
 * long.
 */
const MOST_SLOWER = 1.5

/** Who says that it is far ahead has the others wait for so long, in seconds, before they begin without it. */
const MOST_WAIT = CATCH_UP_MS / 1_000

/** Peers say ten times a second at which step they are; the rest is what one more wait costs on a busy machine. */
const WAIT_SPREAD = 2

/**
 * The latest time, in milliseconds, at which a swarm that has trained for so long ends beside liars. The run's patience; a member that still says
 * that it trains when nobody is waited for any more; then one that will not follow, and a third more for those that come after it.
 */
export function latestEnd(trained: number, patience: number): number {
  // The models that are attacked are small.
  return patience * trained + OVERDUE_TRAINING_MS + (4 / 3) * firstPatience(patience * trained, 0)
}

export interface Judgement {
  readonly measured: string
  /** What must not be; none where the attack came to nothing. */
  readonly problems: readonly string[]
}

/**
 * What an attack has done to a swarm, by the side of one that nobody attacks: no honest peer takes the attacker's vector, nobody's training is
 * lost, and the seal comes within the one patience that the recipe has.
 */
export function judge(
  row: Pick<AttackRow, 'did' | 'identities' | 'most'>,
  attacked: AttackedSwarm,
  calm: AttackedSwarm,
  patience: number,
): Judgement {
  const { honest, attacker, begun, trained, sealed } = attacked
  const problems: string[] = []
  const require = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem)
  }
  const hashes = new Set(honest.map(({ hash }) => hash))
  const planted = attacker.filter(({ event }) => event === 'vector').map(({ hash }) => hash)
  const [accuracy, calmAccuracy] = [meanOf(honest, 'accuracy'), meanOf(calm.honest, 'accuracy')]
  const [exchanges, calmExchanges] = [meanOf(honest, 'exchanges'), meanOf(calm.honest, 'exchanges')]
  const warnings = honest.flatMap(each => each.warnings)

  require(row.did === undefined || attacker.some(({ event }) => event === row.did), 'the attack never began')
  require(hashes.size === 1 &&
    !hashes.has(undefined), `sealed on ${[...hashes].map(hash => hash ?? 'nothing').join(', ')}`)
  require(![...hashes].some(hash => planted.includes(hash)), "sealed on the attacker's vector")
  require(!warnings.some(tellsOfAdoption), "took others' parameters in place of its own")
  require(honest.every(({ inModel, leftOut }) => inModel && leftOut === 0), 'training was left out')
  const partners = honest.length - 1
  const mostSlower = (MOST_SLOWER * (partners + row.identities)) / partners
  const [training, calmTraining] = [trained - begun, calm.trained - calm.begun]
  require(begun <= calm.begun + MOST_WAIT + WAIT_SPREAD, `began ${(begun - calm.begun).toFixed(1)} s later`)
  require(training <= mostSlower * calmTraining, `training took ${(training / calmTraining).toFixed(1)} times as long`)
  const latest = begun + latestEnd(1_000 * training, patience) / 1_000
  require(sealed <= latest, `the seal came after the patience, which ends after ${latest.toFixed(0)} s`)
  require(accuracy >= calmAccuracy - ACCURACY_SPREAD, 'less right than without the attack')
  require(exchanges >= LEAST_EXCHANGES * calmExchanges, 'too few exchanges')

  const { loopDelayMs = Number.POSITIVE_INFINITY, extraBytes = Number.POSITIVE_INFINITY } = row.most ?? {}
  const [loop, calmLoop] = [meanOf(honest, 'loopDelayMs'), meanOf(calm.honest, 'loopDelayMs')]
  require(loop <= calmLoop + loopDelayMs, 'the event loop is late')
  require(peakOf(attacked) <= peakOf(calm) + extraBytes, 'too much memory')

  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  return {
    measured: [
      `${honest.filter(({ hash }) => hash !== undefined).length} of ${honest.length} sealed`,
      `trained for ${training.toFixed(1)} s (without the attack ${calmTraining.toFixed(1)} s), from ${begun.toFixed(1)} s on (${calm.begun.toFixed(1)} s)`,
      `sealed after ${sealed.toFixed(1)} s (${calm.sealed.toFixed(1)} s; the patience ends after ${latest.toFixed(0)} s)`,
      `accuracy ${percent(accuracy)} (${percent(calmAccuracy)})`,
      `exchanges ${exchanges.toFixed(0)} (${calmExchanges.toFixed(0)})`,
      `left out ${honest.reduce((sum, { leftOut }) => sum + leftOut, 0)} steps`,
      `event loop late by ${loop.toFixed(0)} ms (${calmLoop.toFixed(0)} ms)`,
      `memory ${mebibytes(attacked)} MiB (${mebibytes(calm)})`,
      ...problems,
    ].join('; '),
    problems,
  }
}

function tellsOfAdoption(warning: string): boolean {
  return /went on from the swarm's parameters|takes the sealed parameters/.test(warning)
}

function meanOf<Key extends 'accuracy' | 'exchanges' | 'loopDelayMs'>(
  ends: readonly { readonly [Name in Key]: number }[],
  key: Key,
): number {
  return ends.reduce((sum, end) => sum + end[key], 0) / ends.length
}

function peakOf({ honest }: AttackedSwarm): number {
  return Math.max(...honest.map(({ peakBytes }) => peakBytes))
}

function mebibytes(swarm: AttackedSwarm): string {
  return (peakOf(swarm) / 2 ** 20).toFixed(0)
}
