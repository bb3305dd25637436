/**
 * The time before a peer takes part, where its recipe begins from a vector that it was not given: it listens, says nothing of itself, and
 * asks those whom it hears.
 *
 * @packageDocumentation
 */

import { NobodyThereError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Membership } from '../membership/membership.ts'
import type { AbortOptions, Clock, Network, Trainer } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import type { InitialVector } from '../sync/initial-vector.ts'
import { FETCH_PAUSE_MS, WAITING_INTERVAL_MS } from './constants.ts'

export interface AwaitingVectorOptions {
  readonly initialVector: InitialVector
  /** Whether the peer goes on from a checkpoint, and needs of the vector only what is frozen. */
  readonly resumes: boolean
  readonly clock: Clock
  readonly membership: Membership
  readonly network: Pick<Network, 'addresses'>
  readonly trainer: Trainer
  readonly replica: Replica
  readonly minimumPeers: number
  /** How long to wait for it, in milliseconds. Default: for ever. */
  readonly wait?: number
  readonly events: Pick<Events, 'emit'>
}

export interface AwaitingVector {
  /** Whether the peer cannot take part before it has fetched the vector. */
  isDue(): boolean
  /** Whether the peer has no parameters yet that are worth keeping. */
  isEmpty(): boolean
  /**
   * Resolves when the vector is there, and the peer begins from it.
   *
   * @throws NobodyThereError when the wait that it was given is over
   */
  wait(options: AbortOptions): Promise<void>
}

export function createAwaitingVector(options: AwaitingVectorOptions): AwaitingVector {
  const {
    initialVector,
    resumes,
    clock,
    membership,
    network,
    trainer,
    replica,
    minimumPeers: minimum,
    events,
  } = options

  return {
    isDue: () => initialVector.missing() && (!resumes || trainer.frozen !== undefined),
    isEmpty: () => initialVector.missing() && !resumes,

    async wait(abort) {
      const began = clock.now()
      let told = Number.NEGATIVE_INFINITY
      while (!(await initialVector.fetch(abort))) {
        if (clock.now() - told >= WAITING_INTERVAL_MS) {
          const present = membership.alive().length
          events.emit('waiting', { for: 'weights', present, minimum, connect: network.addresses() })
          told = clock.now()
        }
        if (options.wait !== undefined && clock.now() - began >= options.wait) {
          throw new NobodyThereError(
            `waited ${Math.round(options.wait / 1_000)} s for the weights that the recipe begins from, and nobody gave them: ` +
              'start a peer that has them, with --from FILE, or give them to this one',
          )
        }
        await clock.sleep(FETCH_PAUSE_MS, abort)
        // Those that fell silent are asked no more.
        membership.sweep()
      }
      if (resumes) return
      replica.replace(await trainer.initial())
      events.emit('replaced', {})
    },
  }
}
