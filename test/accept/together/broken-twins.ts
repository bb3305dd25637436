/**
 * Cores with the rules of version 0.1, one at a time, made of the real one by what stands between it and the world. What looks for broken
 * promises is worth something only if it catches them. That any seal is taken is a rule that cannot be broken from there any more: whoever has
 * averaged with nobody has no voice (`test/gossip/seal/liars.test.ts`).
 *
 * @packageDocumentation
 */

import type { GossipEvents } from '../../../src/gossip/events.ts'
import { createGossip } from '../../../src/gossip/gossip.ts'
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
]
