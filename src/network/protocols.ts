import { PROTOCOL_VERSION } from '../gossip/constants.ts'
import type { Channel } from '../gossip/ports.ts'

/**
 * On it two peers find out whether each is a member of the other's swarm, before they say anything else. It stays open as long as both
 * are, for what is to be said of members.
 */
export const MEMBERSHIP_PROTOCOL = '/hearsay/membership/1'

/**
 * The protocol that a channel speaks: `recipe` in every version, the others in one. It says nothing of the swarm, because everybody who
 * connects is told of it.
 */
export function protocolOf(channel: Channel): string {
  return channel === 'recipe' ? '/hearsay/recipe/1' : `/hearsay/${channel}/${PROTOCOL_VERSION}`
}

const CHANNELS = ['recipe', 'exchange', 'settle', 'fetch'] as const satisfies readonly Channel[]

/** Those of all channels. */
export const CHANNEL_PROTOCOLS: ReadonlySet<string> = new Set(CHANNELS.map(protocolOf))

/** On it whoever has dialled asks for the connection to be a lane. */
export const LANE_PROTOCOL = `/hearsay/lane/${PROTOCOL_VERSION}`

/** A part of a stream that goes over several lanes. */
export const PART_PROTOCOL = `/hearsay/part/${PROTOCOL_VERSION}`

/** The gossipsub topic of a swarm's announcements, which only its members are told. */
export function topicOf(swarm: string): string {
  return `hearsay/${swarm}/announce/${PROTOCOL_VERSION}`
}
