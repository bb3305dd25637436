/**
 * Finds the peers on the networks that this machine is on, and is found by them: multicast DNS in the format of libp2p, on every interface, over IPv4
 * and IPv6. The module of libp2p itself speaks on the interface of the default route only, and says of no failure.
 *
 * Cheshire, Krochmal, Multicast DNS, RFC 6762, 2013.
 *
 * @packageDocumentation
 */

import { randomBytes, randomInt } from 'node:crypto'
import type { PeerInfo } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { MAX_ADDRESSES } from '../../gossip/membership/constants.ts'
import type { PeerId } from '../../gossip/ports.ts'
import { DISCOVERY_INTERVAL_MS } from '../constants.ts'
import { createBudget } from '../gate/budget.ts'
import { ipOf, isLocal, isLoopback } from '../hosts.ts'
import type { InterfaceWatch } from '../interfaces.ts'
import { isOwned } from '../transports/registry.ts'
import { ANSWER_GAP_MS, ANSWER_JITTER_MS, MAX_SILENT_TURNS, PACKETS } from './constants.ts'
import { createLinks, type Link, type LinkState, type Sender } from './links.ts'
import { decodePacket, encodeAnswer, encodeQuery, isOfService } from './packets.ts'

export interface LocalDiscoveryOptions {
  readonly self: PeerId
  readonly interfaces: InterfaceWatch
  /** Where this peer can be dialled, as it is when it is asked. */
  addresses(): readonly Multiaddr[]
  /** A peer has said where it is: the same one again and again, this one never. */
  found(peer: PeerInfo): void
  warn(message: string): void
}

export interface LocalDiscovery {
  start(): void
  stop(): Promise<void>
  /** The interfaces on which peers are looked for. */
  links(): readonly LinkState[]
}

/** When something was said on a link, in milliseconds of `performance.now()`. */
interface Talk {
  answeredAt: number
  answering: NodeJS.Timeout | undefined
  askedAt: number
  silentTurns: number
}

export function createLocalDiscovery(options: LocalDiscoveryOptions): LocalDiscovery {
  const { self, interfaces, addresses, found, warn } = options
  const name = randomBytes(16).toString('hex')
  const budget = createBudget(PACKETS)
  const talks = new Map<string, Talk>()
  const links = createLinks({ heard, warn })
  let timer: NodeJS.Timeout | undefined
  let unwatch: (() => void) | undefined

  function talkOn(link: Link): Talk {
    const key = `${link.name} ${link.address}`
    const talk = talks.get(key) ?? { answeredAt: -Infinity, answering: undefined, askedAt: -Infinity, silentTurns: 0 }
    talks.set(key, talk)
    return talk
  }

  /** @param always also where somebody else has just asked */
  function ask(link: Link, always: boolean): void {
    const talk = talkOn(link)
    const isAsked = performance.now() - talk.askedAt < DISCOVERY_INTERVAL_MS / 2
    if (isAsked && !always && talk.silentTurns < MAX_SILENT_TURNS) {
      talk.silentTurns++
      return
    }
    talk.silentTurns = 0
    links.send(link, encodeQuery())
  }

  function heard(bytes: Uint8Array, from: Sender, over: readonly Link[]): void {
    // Whoever is on none of these networks has not sent it by multicast.
    if (over.length === 0 || !isOfService(bytes) || !budget.spend()) return
    const said = decodePacket(bytes)
    if (said?.kind === 'query') for (const link of over) answerSoon(link)
    if (said?.kind !== 'answer') return
    for (const { peer, addresses: told } of said.peers) {
      const usable = told.filter(address => isOwned(address) && isNear(address, from, over))
      if (peer !== self && usable.length > 0) found({ id: peerIdFromString(peer), multiaddrs: usable })
    }
  }

  function answerSoon(link: Link): void {
    const talk = talkOn(link)
    const now = performance.now()
    talk.askedAt = now
    if (talk.answering !== undefined) return
    const wait = Math.max(talk.answeredAt + ANSWER_GAP_MS - now, randomInt(ANSWER_JITTER_MS))
    talk.answering = setTimeout(() => {
      talk.answering = undefined
      talk.answeredAt = performance.now()
      const own = addressesOn(link, addresses())
      if (own.length > 0) links.send(link, encodeAnswer(name, self, own))
    }, wait)
    talk.answering.unref()
  }

  function turn(always: boolean): void {
    const now = interfaces.current()
    links.follow(now)
    const present = new Set(links.list().map(link => `${link.name} ${link.address}`))
    for (const [key, talk] of talks) {
      if (present.has(key)) continue
      clearTimeout(talk.answering)
      talks.delete(key)
    }
    for (const link of links.list()) ask(link, always)
  }

  return {
    start() {
      if (timer !== undefined) return
      turn(true)
      timer = setInterval(() => turn(false), DISCOVERY_INTERVAL_MS)
      // Its own query is answered too: whoever is on a new network says so by asking.
      unwatch = interfaces.whenChanged(() => turn(true))
    },
    async stop() {
      clearInterval(timer)
      timer = undefined
      unwatch?.()
      for (const { answering } of talks.values()) clearTimeout(answering)
      talks.clear()
      await links.stop()
    },
    links: links.list,
  }
}

/**
 * The addresses at which a peer on the same link can dial this one: those of the interface; where it listens on none of them, the others. On loopback
 * everybody is on this machine, and can use all.
 */
function addressesOn(link: Link, all: readonly Multiaddr[]): readonly Multiaddr[] {
  const own = interfaceAddresses(link, all)
  const others = all.filter(address => !own.includes(address) && (link.isInternal || !isLoopback(address)))
  const chosen = own.length === 0 || link.isInternal ? [...own, ...others] : own
  return chosen.slice(0, MAX_ADDRESSES)
}

function interfaceAddresses(link: Link, all: readonly Multiaddr[]): readonly Multiaddr[] {
  return all.filter(address => {
    const ip = ipOf(address)
    return ip !== undefined && link.addresses.includes(ip)
  })
}

/**
 * Whether an address that somebody on a link has told is worth a dial: a machine of a private network, or of one that this machine is on too. Anybody may
 * say anything there, and is not to have this peer dial the whole world.
 */
function isNear(address: Multiaddr, from: Sender, links: readonly Link[]): boolean {
  const ip = ipOf(address)
  if (ip === undefined) return false
  if (isLoopback(address)) return links.some(link => link.isInternal || link.addresses.includes(from.address))
  return isLocal(address) || links.some(link => link.has(ip))
}
