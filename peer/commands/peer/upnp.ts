import type { PeerEvents } from '../../../src/index.ts'

type PortMapping = PeerEvents['upnp']

const FORWARD =
  'To be reached from outside, turn UPnP on in the router; or forward one of its ports to that of --listen and give its address by --announce'

const FORWARD_TWICE =
  'To be reached from outside, have both routers forward a port to that of --listen, and give the address of the outer one by --announce; ' +
  "where the outer one is the provider's, this peer can only connect to others"

const WORDS: Readonly<Record<PortMapping['outcome'], (mapping: PortMapping) => readonly [string, ...string[]]>> = {
  mapped: ({ addresses, router }) => [
    `--upnp: other peers reach this one at ${addresses.join(' and ')}, a port that the router ${router} opened`,
  ],
  needless: ({ reason }) => [`--upnp: no router is asked for a port: ${reason}`],
  silent: ({ reason }) => [`--upnp: no port was opened: ${reason}`, FORWARD],
  refused: ({ router, reason }) => [`--upnp: the router ${router} opens no port: ${reason}`, FORWARD],
  private: ({ router, reason }) => [`--upnp: a port of the router ${router} leads nowhere: ${reason}`, FORWARD_TWICE],
}

/** What came of asking the router for a port; then what to do about it, where others do not come in by it. */
export function describePortMapping(mapping: PortMapping): readonly [string, ...string[]] {
  return WORDS[mapping.outcome](mapping)
}
