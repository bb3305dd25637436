/**
 * The time before a peer's first step: it waits until enough are there, gets what a swarm that trains already has learned, and begins
 * together with those that begin.
 *
 * @packageDocumentation
 */

import { NobodyThereError } from '../errors.ts'
import type { GossipEvents } from '../events.ts'
import type { Membership } from '../membership/membership.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { LateJoining } from '../sync/late-joining.ts'
import { createCondition } from '../waiting/condition.ts'
import { countPresent, hasEnded, mayBegin, type WaitingSelf } from './barrier.ts'
import { BEGIN_TOGETHER_MS, CATCH_UP_MS, LISTEN_MS, WAITING_INTERVAL_MS } from './constants.ts'

export interface BeginningOptions {
  readonly clock: Clock
  readonly membership: Membership
  readonly lateJoining: LateJoining
  /** Members that must be there, this peer among them. */
  readonly minimum: number
  /** How long to wait for them, in milliseconds. Default: for ever. */
  readonly patience?: number
  readonly self: () => WaitingSelf
  /** Whether this peer was told of others, and has met none of them yet. */
  readonly awaitsContact: () => boolean
  readonly addresses: () => readonly string[]
  /** Whether the wait is over for another reason: the seal of others was taken. */
  readonly ended: () => boolean
  /** Tells the others how this peer is. */
  readonly announce: () => void
  readonly tell: (waiting: GossipEvents['waiting']) => void
}

export interface Beginning {
  /** Whether this peer counts enough members. */
  ready(): boolean
  /** Something was heard. */
  heard(): void
  /**
   * Resolves when this peer may begin, or when it has taken a seal.
   *
   * @param begin says so to the others; from then on they count on this peer
   * @throws NobodyThereError when its patience is over
   */
  wait(begin: () => void, options: AbortOptions): Promise<void>
}

export function createBeginning(options: BeginningOptions): Beginning {
  const { clock, membership, lateJoining, minimum, self } = options
  const condition = createCondition(clock)

  let listened = Number.NEGATIVE_INFINITY

  /** Whoever need not wait for anybody listens whether there is a swarm already, before it begins another. */
  function hasListened(): boolean {
    return minimum > 1 || self().belongs || membership.alive().length > 0 || clock.now() - listened >= LISTEN_MS
  }

  const may = () => !options.awaitsContact() && hasListened() && mayBegin(self(), membership.alive(), minimum)
  const ready = () => countPresent(self(), membership.alive()) >= minimum

  function tell(): void {
    options.tell({
      for: options.awaitsContact() ? 'contact' : 'members',
      present: countPresent(self(), membership.alive()),
      minimum,
      connect: options.addresses(),
    })
  }

  async function untilEnough(abort: AbortOptions): Promise<void> {
    const began = clock.now()
    listened = began
    let told = Number.NEGATIVE_INFINITY
    let wasReady = ready()
    while (!may() && !options.ended()) {
      // A run that has ended is waited for in another way: its seal is on its way.
      const waits = minimum > 1 || options.awaitsContact()
      if (waits && clock.now() - told >= WAITING_INTERVAL_MS && !hasEnded(self(), membership.alive())) {
        tell()
        told = clock.now()
      }
      if (options.patience !== undefined && clock.now() - began >= options.patience) {
        throw new NobodyThereError(
          `waited ${Math.round(options.patience / 1_000)} s for ${minimum} peers with data, and ` +
            `${countPresent(self(), membership.alive())} ${countPresent(self(), membership.alive()) === 1 ? 'was' : 'were'} there: ` +
            'start the others with the same recipe, and with --connect where they are not on the same network',
        )
      }
      await condition.wait(abort)
      if (ready() !== wasReady) {
        wasReady = ready()
        options.announce()
      }
    }
  }

  /** A newcomer does not make its first step from where everybody began, while the others are far beyond. */
  async function catchUp(abort: AbortOptions): Promise<void> {
    const began = clock.now()
    while (lateJoining.pending() && !options.ended() && clock.now() - began < CATCH_UP_MS) {
      await lateJoining.catchUp(abort)
      if (lateJoining.pending()) await condition.wait(abort)
    }
  }

  /** Those who have been counted begin at about the same time; the quickest waits for them. */
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
        if (options.ended()) return
        await catchUp(abort)
        // Others may have left meanwhile.
        if (options.ended()) return
        if (may()) break
      }
      begin()
      options.announce()
      await together(abort)
    },
  }
}
