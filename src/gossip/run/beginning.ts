/**
 * The time before a peer's first step: it waits until enough are there, gets what a swarm that trains already has learned, and begins
 * together with those that begin.
 *
 * @packageDocumentation
 */

import { NobodyThereError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Introductions } from '../membership/introductions.ts'
import type { Membership } from '../membership/membership.ts'
import type { PeerPhase } from '../phase.ts'
import type { AbortOptions, Clock, Network, PeerId } from '../ports.ts'
import type { Contribution } from '../state/contribution.ts'
import type { LateJoining } from '../sync/late-joining.ts'
import { createCondition } from '../waiting/condition.ts'
import { countPresent, hasEnded, mayBegin, type WaitingSelf } from './barrier.ts'
import {
  BEGIN_TOGETHER_MS,
  CATCH_UP_MS,
  CONTACT_WAIT_MS,
  ENDED_RUN_WAIT_MS,
  LISTEN_MS,
  WAITING_INTERVAL_MS,
} from './constants.ts'
import type { PeerWatch } from './peer-watch.ts'

export interface BeginningOptions {
  readonly clock: Clock
  readonly membership: Membership
  readonly introductions: Pick<Introductions, 'pending'>
  readonly lateJoining: LateJoining
  /** Members that must be there, this peer among them. */
  readonly minimumPeers: number
  /** How long to wait for them, in milliseconds. Default: for ever. */
  readonly wait?: number
  /** Local steps that this peer is to train; with 0 it brings no data. */
  readonly steps: number
  readonly contribution: Contribution
  /** Whether this peer was told of others: it waits until it has met one of them. */
  readonly hasContacts: boolean
  readonly peerWatch: Pick<PeerWatch, 'hasMet'>
  readonly network: Pick<Network, 'addresses'>
  /** The wait is also over when the seal of others was taken. */
  readonly phase: PeerPhase
  readonly events: Pick<Events, 'emit'>
}

export interface Beginning {
  /** Whether this peer counts enough members, or has begun before. */
  ready(): boolean
  /** Something was heard. */
  heard(): void
  /**
   * Resolves when this peer may begin, or when it has taken a seal.
   *
   * @param begin says so to the others; from then on they count on this peer
   * @throws NobodyThereError when the wait that it was given is over
   */
  wait(begin: () => void, options: AbortOptions): Promise<void>
}

export function createBeginning(options: BeginningOptions): Beginning {
  const { clock, membership, lateJoining, minimumPeers: minimum, steps, contribution, phase, events } = options
  const condition = createCondition(clock)

  let listened = Number.NEGATIVE_INFINITY
  /** Since when this peer waits; undefined before it does. */
  let waiting: number | undefined
  let begun = false

  // A peer that has trained in this run, or trains nothing, does not come too late for it.
  const self = (): WaitingSelf => ({
    hasData: steps > 0,
    belongs: contribution.ownSteps() > 0 || steps === 0,
    hasBegun: begun || contribution.ownSteps() > 0,
    hasWaitedForSeal: waiting !== undefined && clock.now() - waiting >= ENDED_RUN_WAIT_MS,
  })
  const awaitsContact = () => options.hasContacts && !options.peerWatch.hasMet()
  const hasSealed = () => phase.now() === 'sealed'

  /** A peer that need not wait for anybody listens whether there is a swarm already, before it begins another. */
  function hasListened(): boolean {
    return minimum > 1 || self().belongs || membership.alive().length > 0 || clock.now() - listened >= LISTEN_MS
  }

  const may = () =>
    !awaitsContact() &&
    hasListened() &&
    mayBegin(self(), membership.alive(), minimum) &&
    !options.introductions.pending()
  // Once a swarm has begun it goes on with those who are left.
  const ready = () => self().hasBegun || countPresent(self(), membership.alive()) >= minimum

  function tell(): void {
    events.emit('waiting', {
      for: awaitsContact() ? 'contact' : 'members',
      present: countPresent(self(), membership.alive()),
      minimum,
      connect: options.network.addresses(),
    })
  }

  async function untilEnough(abort: AbortOptions): Promise<void> {
    const began = clock.now()
    listened = began
    waiting ??= began
    let told = Number.NEGATIVE_INFINITY
    let wasReady = ready()
    while (!may() && !hasSealed()) {
      // A run that has ended is waited for in another way: its seal is on its way.
      const waits = awaitsContact() ? clock.now() - began >= CONTACT_WAIT_MS : minimum > 1
      if (waits && clock.now() - told >= WAITING_INTERVAL_MS && !hasEnded(self(), membership.alive())) {
        tell()
        told = clock.now()
      }
      if (options.wait !== undefined && clock.now() - began >= options.wait) {
        throw new NobodyThereError(
          `waited ${Math.round(options.wait / 1_000)} s for ${minimum} peers with data, and ` +
            `${countPresent(self(), membership.alive())} ${countPresent(self(), membership.alive()) === 1 ? 'was' : 'were'} there: ` +
            'start the others with the same recipe, and with --connect where they do not find each other by themselves',
        )
      }
      await condition.wait(abort)
      if (ready() !== wasReady) {
        wasReady = ready()
        events.emit('changed', {})
      }
    }
  }

  /** A newcomer does not make its first step from where everybody began, while the others are far beyond. */
  async function catchUp(abort: AbortOptions): Promise<void> {
    const began = clock.now()
    while (lateJoining.pending() && !hasSealed() && clock.now() - began < CATCH_UP_MS) {
      await lateJoining.catchUp(abort)
      if (lateJoining.pending()) await condition.wait(abort)
    }
  }

  /** Peers that have been counted begin at about the same time; the quickest waits for them. */
  async function together(abort: AbortOptions): Promise<void> {
    const began = clock.now()
    const counted = (peer: PeerId) => {
      const announcement = membership.get(peer)?.announcement
      return announcement?.phase === 'waiting' && (announcement.hasData || announcement.ready)
    }
    const awaited = membership.alive().map(({ peer }) => peer)
    while (awaited.some(counted) && clock.now() - began < BEGIN_TOGETHER_MS) await condition.wait(abort)
  }

  return {
    ready,
    heard: () => condition.notify(),
    async wait(begin, abort) {
      for (;;) {
        await untilEnough(abort)
        if (hasSealed()) return
        await catchUp(abort)
        // Others may have left meanwhile.
        if (hasSealed()) return
        if (may()) break
      }
      begun = true
      begin()
      events.emit('changed', {})
      await together(abort)
    },
  }
}
