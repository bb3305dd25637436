/**
 * Limits of asking routers for ports, each with its reason. Sizes are in bytes, times in milliseconds unless the name says otherwise.
 *
 * @packageDocumentation
 */

/** Where devices are asked for (UPnP Device Architecture 1.1, section 1.3.2). */
export const SSDP_GROUP = '239.255.255.250'
export const SSDP_PORT = 1900

/** The same, section 1.1.1: what asks crosses two routers at the most. */
export const SSDP_HOPS = 2

/** Seconds over which those that are asked spread their answers. */
export const SSDP_SPREAD_SECONDS = 1

/** Datagrams get lost: the question is repeated after so long, for as long as answers are waited for. */
export const SEARCH_AGAIN_MS = 1_000
export const SEARCH_MS = 4_000

/** Routers that are listened to, of one search: a home has one, and a repeater or two that answer as well. */
export const MAX_ROUTERS = 4

/** Services of one router that are tried: it has one for each way to its provider, and seldom more than two. */
export const MAX_SERVICES = 8

/** Longest answer of a router: descriptions have 5 to 20 KiB. */
export const MAX_DOCUMENT_BYTES = 64 * 1024

/** A router is one hop away, and may be slow: some write what they are asked for to flash memory before they answer. */
export const REQUEST_MS = 5_000

/** So long a router keeps a port open for a peer that was killed before it could close it, and says nothing any more. */
export const LEASE_SECONDS = 1_200

/** The port is asked for again so often, a fraction of its lease: routers that were started anew have forgotten it. */
export const RENEW_MS = 300_000

/** After an address of this machine has changed: a new network's default route comes a moment after the address. */
export const SETTLE_MS = 2_000

/** External ports that are tried, its own first: whatever else a home has mapped, others of so many are free. */
export const MAX_PORTS_TRIED = 4

/** Ports that are assigned to nobody (RFC 6335, section 6). */
export const DYNAMIC_PORTS = { first: 49_152, end: 65_536 } as const

/** A peer that stops waits no longer for its router, each for an answer under way and for the ports to close. */
export const CLOSING_MS = 2_000
