/**
 * Cores with the rules of version 0.1, one at a time, made of the real one by what stands between it and the world. What looks for broken
 * promises is worth something only if it catches them.
 *
 * @packageDocumentation
 */

import type { GossipEvents } from '../../../src/gossip/events.ts'
import { createGossip } from '../../../src/gossip/gossip.ts'
import { decodeAnnouncement, encodeAnnouncement } from '../../../src/gossip/membership/announcement.ts'
import type { GossipOptions } from '../../../src/gossip/options.ts'
import { hashParameters } from '../../../src/parameters/hash.ts'
import type { Core } from './watch.ts'

/** Waits for nobody, and seals alone what it trained alone. */
export const sealsAlone: Core = async (options, emit) => {
  const gossip = await createGossip({ ...options, minimumPeers: 1, hasContacts: false }, (name, detail) => {
    emit(name, detail)
    if (name !== 'alone') return
    const parametersHash = hashParameters(gossip.parameters())
    const consensus: GossipEvents['consensus'] = { consensusDistance: 0, parametersHash, members: 1, exchanges: 0 }
    emit('consensus', consensus)
  })
  return gossip
}

/** Says that the model has its data whenever there is one, as exit code 0 did. */
export const claimsAPart: Core = async (options, emit) => {
  const gossip = await createGossip(options, emit)
  return {
    ...gossip,
    status() {
      const status = gossip.status()
      return gossip.sealed() === undefined ? status : { ...status, inModel: true, leftOut: 0 }
    },
  }
}

/** Late is whoever is behind, whatever it has trained: what it comes back with counts for nothing. */
export const forgetsItsSteps: Core = (options, emit) => {
  const { checkpoint } = options
  if (checkpoint === undefined) return createGossip(options, emit)
  const contribution = { ownSteps: 0, exchanges: 0, exchangesAsked: 0, averaged: {} }
  return createGossip({ ...options, checkpoint: { ...checkpoint, age: 0, contribution } }, emit)
}

/** Ghosts that make more than two thirds of any swarm here. */
const GHOSTS = 20

/** More than a scenario has. */
const MOST_PEERS = 6

/** Takes whatever anybody has sealed: one voice for it counts as many, of whom it believes that it has averaged with all, and far away. */
export const takesAnySeal: Core = (options, emit) => {
  const { network, checkpoint } = options
  const { contribution } = checkpoint ?? {}
  const ghosts = new Map<string, readonly string[]>()
  const averaged: Record<string, number> = { ...contribution?.averaged }
  const ghostsOf = (peer: string) => {
    const own = ghosts.get(peer) ?? Array.from({ length: GHOSTS }, (_, ghost) => `${peer}-${ghost}`)
    ghosts.set(peer, own)
    return own
  }
  for (let peer = 0; peer < MOST_PEERS; peer++) for (const ghost of ghostsOf(`peer-${peer}`)) averaged[ghost] = 0
  const haunted: GossipOptions['network'] = {
    ...network,
    // A ghost holds what its peer does.
    open: (peer, ...rest) => network.open(peer.split('-').slice(0, 2).join('-'), ...rest),
    start: handlers =>
      network.start({
        ...handlers,
        announcement(from, bytes, forwarder) {
          const announcement = decodeAnnouncement(bytes)
          if (announcement?.phase === 'sealed') {
            for (const ghost of ghostsOf(from)) handlers.announcement(ghost, encodeAnnouncement(announcement), ghost)
          }
          return handlers.announcement(from, bytes, forwarder)
        },
      }),
  }
  const believing = checkpoint &&
    contribution && { ...checkpoint, contribution: { ...contribution, averaged, spread: Number.MAX_VALUE } }
  return createGossip({ ...options, network: haunted, checkpoint: believing ?? checkpoint }, emit)
}

export interface Twin {
  readonly about: string
  readonly core: Core
  /** The kind of scenario in which it shows. */
  readonly kind: string
  /** The violation for which it is caught. */
  readonly caught: RegExp
}

export const twins: readonly Twin[] = [
  {
    about: 'waits for nobody and seals alone',
    core: sealsAlone,
    kind: 'one after the other',
    caught: /says consensus of 1/,
  },
  {
    about: 'says that every seal has its data',
    core: claimsAPart,
    kind: 'three of five',
    caught: /says that the model has its data/,
  },
  {
    about: 'takes whoever comes back for a latecomer',
    core: forgetsItsSteps,
    kind: 'three of five',
    caught: /have been replaced/,
  },
  {
    about: 'takes whatever anybody has sealed',
    core: takesAnySeal,
    kind: 'three of five',
    caught: /have been replaced/,
  },
]
