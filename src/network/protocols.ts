import { PROTOCOL_VERSION } from '../gossip/constants.ts'
import type { Channel } from '../gossip/ports.ts'

/**
 * Hex characters of the swarm id that go into protocol ids: 64 bits. Swarms that meet by chance never share them, and
 * an attacker that searches for a recipe that does gains no more than by taking the recipe itself.
 */
const SWARM_CHARACTERS = 16

/** The protocol that a channel speaks: `recipe` is the same for all of hearsay, the others belong to one swarm and one version. */
export function protocolOf(swarm: string, channel: Channel): string {
  return channel === 'recipe'
    ? '/hearsay/recipe/1'
    : `/hearsay/${swarm.slice(0, SWARM_CHARACTERS)}/${channel}/${PROTOCOL_VERSION}`
}

/** The gossipsub topic of a swarm's announcements. */
export function topicOf(swarm: string): string {
  return `hearsay/${swarm.slice(0, SWARM_CHARACTERS)}/announce/${PROTOCOL_VERSION}`
}
