import type { Connection, Stream } from '@libp2p/interface'
import type { Channel } from '../../gossip/ports.ts'
import { MAX_INBOUND_STREAMS } from '../constants.ts'
import { UnreachableError } from '../errors.ts'
import { groupOf, isLocal } from '../hosts.ts'
import { type Budget, createBudget } from './budget.ts'
import { RECIPE_STREAMS, RECIPES_COMPARED } from './constants.ts'
import { createPlaces } from './places.ts'

/** The streams that others have opened, of which this peer serves so many at once. */
export interface Callers {
  /**
   * Takes a place for a stream until it ends; one of whoever has most may end for it.
   *
   * @throws UnreachableError where recipes are asked for too often
   */
  take(stream: Stream, connection: Connection, channel: Channel): void
}

export function createCallers(): Callers {
  const places = createPlaces<Stream>(MAX_INBOUND_STREAMS, stream =>
    stream.abort(new UnreachableError('others have come, and need the place')),
  )
  const recipes = createBudget(RECIPES_COMPARED)
  const recipesOf = new WeakMap<Connection, Budget>()

  return {
    take(stream, connection, channel) {
      if (channel === 'recipe') {
        const own = recipesOf.get(connection) ?? createBudget(RECIPE_STREAMS)
        recipesOf.set(connection, own)
        if (!own.spend() || !recipes.spend()) throw new UnreachableError('recipes are compared now and then')
      }
      // One that is over already would never give it back.
      if (stream.status !== 'open') return
      // On a private network one address may be a whole swarm, and elsewhere the address of one machine.
      const { remoteAddr, remotePeer } = connection
      places.take(stream, isLocal(remoteAddr) ? remotePeer.toString() : groupOf(remoteAddr))
      stream.addEventListener('close', () => places.release(stream))
    },
  }
}
