/**
 * Checks what must hold in every run, whatever happens: no peer's training is replaced but by the rule of replacement, peers
 * report consensus only where there is one, and a peer that reports that the model has its data has them in it. Reports are
 * held against the marks that training left, see `marking-trainer.ts`, and against what the others have announced.
 *
 * @packageDocumentation
 */

import type { World } from '../../../simulations/virtual/world.ts'
import type { GossipEvents } from '../../../src/gossip/events.ts'
import type { createGossip, Gossip } from '../../../src/gossip/gossip.ts'
import type { Word } from '../../../src/gossip/membership/announcement.ts'
import { decodeAnnouncement } from '../../../src/gossip/membership/announcement-bytes.ts'
import { MEMBER_EXPIRY_MS } from '../../../src/gossip/membership/constants.ts'
import type { PeerId } from '../../../src/gossip/ports.ts'
import { OVERRULING_SHARE } from '../../../src/gossip/seal/constants.ts'
import { hashParameters } from '../../../src/parameters/hash.ts'
import { decorateStreams } from '../../simulations/decorated-network.ts'
import { PLACES } from './marking-trainer.ts'

export type Core = typeof createGossip

/** A peer that started so recently may not have been heard of by everybody, and counts against no seal. */
const HEARD_AFTER_MS = 5_000

/** A dead peer is taken for living by others for so long: until it expires, and until that is looked at. */
const TAKEN_FOR_LIVING_MS = MEMBER_EXPIRY_MS + 2_000

/** The time for which two peers that can reach each other may hold different seals. */
const APART_MS = 60_000

export interface Watch {
  /** A core that is watched. */
  wrap(core: Core): Core
  attach(world: World): void
  onEvent(peer: PeerId, name: keyof GossipEvents, detail: GossipEvents[keyof GossipEvents]): void
  /** An interval of a peer's training leaves a mark here. */
  marked(index: number, place: number): void
  /** A peer has begun a life, or has ended one. */
  started(index: number): void
  ended(index: number): void
  /** Those outside of the group cannot reach those in it. */
  split(group?: ReadonlySet<PeerId>): void
  /** Looks at everybody. */
  look(): void
  /** The first violation, if there was one. */
  violation(): string | undefined
  /** Says that something did not hold. */
  fail(what: string): void
}

export function createWatch(peers: number): Watch {
  let world: World | undefined
  let violation: string | undefined
  let apart: ReadonlySet<PeerId> | undefined
  const indices = new Map<PeerId, number>()
  /** Times at which each peer last announced that it had sealed on a hash. */
  const sealed = Array.from({ length: peers }, () => new Map<string, number>())
  /** Those that have announced a hash as their choice. */
  const choosers = new Map<string, Set<number>>()
  const upSince: (number | undefined)[] = new Array(peers).fill(undefined)
  /** IndexChoice of a peer's own at which it has left marks. */
  const made = Array.from({ length: peers }, () => new Uint8Array(PLACES))
  /** At each place, own steps when its mark was first seen; infinite for what a crash has cost. */
  const seenAt = Array.from({ length: peers }, () => new Float64Array(PLACES).fill(Number.NaN))
  /** IndexChoice of a peer's own at which its parameters had marks in this life. */
  const held = Array.from({ length: peers }, () => new Uint8Array(PLACES))
  /** Marks that were given up by the rule. */
  const overruled = Array.from({ length: peers }, () => new Uint8Array(PLACES))
  /** Since when two that can reach each other have held different seals. */
  let differSince: number | undefined

  const now = () => world?.clock.now() ?? 0
  const gossipOf = (index: number) => world?.simulatedPeers[index].gossip
  const nameOf = (index: number) => world?.simulatedPeers[index].peer ?? String(index)

  function fail(what: string): void {
    violation ??= `after ${(now() / 1_000).toFixed(3)} s ${what}`
  }

  function reaches(a: number, b: number): boolean {
    return apart === undefined || apart.has(nameOf(a)) === apart.has(nameOf(b))
  }

  function heard(index: number, { phase, choice }: Word): void {
    if (choice === undefined) return
    choosers.set(choice, (choosers.get(choice) ?? new Set()).add(index))
    if (phase === 'sealed') sealed[index].set(choice, now())
  }

  /** Whether more than two thirds of all living members hold a seal, itself counted against it; where it is unclear who lives, yes. */
  function overrules(index: number, hash: string): boolean {
    const others = Array.from({ length: peers }, (_, other) => other).filter(other => other !== index)
    const holds = (other: number) =>
      now() - (sealed[other].get(hash) ?? Number.NEGATIVE_INFINITY) <= TAKEN_FOR_LIVING_MS
    const lives = (other: number) =>
      now() - (upSince[other] ?? Number.POSITIVE_INFINITY) > HEARD_AFTER_MS && reaches(index, other)
    const total = 1 + others.filter(other => holds(other) || lives(other)).length
    return others.filter(holds).length > OVERRULING_SHARE * total
  }

  function see(index: number, place: number, gossip: Gossip): void {
    if (Number.isNaN(seenAt[index][place])) seenAt[index][place] = gossip.status().ownSteps
    // Others may still hold the half of what a crash has cost, and this peer the other half, less than nothing.
    if (Number.isFinite(seenAt[index][place])) held[index][place] = 1
  }

  /** Forgets the marks that a crash has cost: they are not in what the peer goes on from. */
  function forget(index: number): void {
    const kept = world?.simulatedPeers[index].disk.content()?.contribution?.ownSteps ?? 0
    for (const [place, at] of seenAt[index].entries()) {
      if (made[index][place] === 1 && !(at <= kept)) seenAt[index][place] = Number.POSITIVE_INFINITY
    }
    held[index].fill(0)
    overruled[index].fill(0)
  }

  function lookAt(index: number): void {
    const gossip = gossipOf(index)
    if (gossip === undefined || violation !== undefined) return
    const marks = gossip.parameters().subarray(index * PLACES, (index + 1) * PLACES)
    /** IndexChoice that have had a mark in this life, and have none now. */
    const absent: number[] = []
    for (const [place, mark] of marks.entries()) {
      if (mark === 0 && held[index][place] === 1) absent.push(place)
      if (mark !== 0 && held[index][place] === 0) see(index, place, gossip)
    }
    const lost = absent.filter(place => overruled[index][place] === 0).length
    const hash = gossip.sealed()
    if (hash === undefined && lost === 0) return
    const { inModel, leftOut, ownSteps } = gossip.status()
    if (inModel && ownSteps === 0) fail(`${nameOf(index)} says that the model has its data, and has trained nothing`)
    if (inModel && absent.length > 0)
      fail(`${nameOf(index)} says that the model has its data: of ${absent.length} intervals it has nothing`)
    if (lost === 0) return
    const what = `${lost} of its own trained intervals have been replaced in ${nameOf(index)}`
    if (hash === undefined) fail(`${what}, for no seal`)
    else if (!overrules(index, hash)) fail(`${what}, for a seal of no more than two thirds`)
    else if (leftOut === 0) fail(`${what}, which does not say so`)
    for (const place of absent) overruled[index][place] = 1
  }

  function agreed(index: number, { parametersHash, members }: GossipEvents['consensus']): void {
    const gossip = gossipOf(index)
    if (gossip === undefined) return
    if (hashParameters(gossip.parameters()) !== parametersHash)
      fail(`${nameOf(index)} has sealed what it does not hold`)
    const others = [...(choosers.get(parametersHash) ?? [])].filter(other => other !== index).length
    if (members < 2) fail(`${nameOf(index)} says consensus of ${members}`)
    else if (others + 1 < members)
      fail(`${nameOf(index)} says consensus of ${members}, and ${others} others have chosen the same`)
  }

  /** Whether two that can reach each other hold different seals for longer than they need to hear of it. */
  function lookAtSeals(): void {
    const seals = Array.from({ length: peers }, (_, index) => ({ index, hash: gossipOf(index)?.sealed() }))
    const differ = seals.some(
      a =>
        a.hash !== undefined && seals.some(b => b.hash !== undefined && b.hash !== a.hash && reaches(a.index, b.index)),
    )
    differSince = differ ? (differSince ?? now()) : undefined
    if (differSince !== undefined && now() - differSince > APART_MS)
      fail('two that can reach each other hold different seals')
  }

  return {
    wrap: core => (options, emit) => {
      const index = indices.get(options.network.self)
      if (index === undefined) throw new Error(`${options.network.self} is not of this world`)
      const watched = decorateStreams(options.network, stream => ({
        ...stream,
        write(frame, abort) {
          lookAt(index)
          return stream.write(frame, abort)
        },
      }))
      const network = {
        ...watched,
        publish(bytes: Uint8Array) {
          const announcement = decodeAnnouncement(bytes)
          if (announcement === undefined) fail(`${options.network.self} announces what nobody can read`)
          else heard(index, announcement)
          return watched.publish(bytes)
        },
      }
      return core({ ...options, network }, emit)
    },
    attach(one) {
      world = one
      for (const { peer, index } of one.simulatedPeers) indices.set(peer, index)
    },
    onEvent(peer, name, detail) {
      const index = indices.get(peer) as number
      lookAt(index)
      if (name === 'consensus') agreed(index, detail as GossipEvents['consensus'])
      if (name === 'warning') {
        const { message } = detail as GossipEvents['warning']
        if (message.includes('broke the protocol')) fail(`${peer} accuses an honest peer: ${message}`)
      }
    },
    marked(index, place) {
      made[index][place] = 1
    },
    started(index) {
      upSince[index] = now()
      lookAt(index)
    },
    ended(index) {
      upSince[index] = undefined
      forget(index)
    },
    split(group) {
      apart = group
    },
    look() {
      for (let index = 0; index < peers; index++) lookAt(index)
      lookAtSeals()
    },
    violation: () => violation,
    fail,
  }
}
