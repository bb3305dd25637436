/**
 * `hearsay/network`: why peers do not reach one another. Tries the way to a peer stage by stage, and discovery on every interface.
 *
 * @example
 * ```ts
 * import { probeMulticast, tryTarget } from 'hearsay/network'
 *
 * for await (const { name, failure, found } of tryTarget({ address: '/ip4/127.0.0.1/tcp/4001' })) {
 *   console.log(name, failure ?? 'ok', found)
 * }
 * for (const { name, family, heardItself, peers } of await probeMulticast()) {
 *   console.log(name, family, heardItself, peers.length)
 * }
 * ```
 *
 * @packageDocumentation
 */

import { type ProbedLink, probeMulticast as probe } from '../network/mdns/probe.ts'

export type { SearchedInterface, Tried, TriedAddress } from '../gossip/ports.ts'
export { type TryTargetOptions, tryTarget } from '../library/try-target.ts'
export { STAGES, type Stage, type StageFailure, type StageName } from '../network/diagnosis/stages.ts'
export type { Names } from '../network/names.ts'
export type { PortMapping } from '../network/upnp/port-mapping.ts'
export type { ProbedLink }

/** Asks for peers on every interface, as peers do, and listens for a second and a half to who hears it. */
export const probeMulticast: (options?: { readonly signal?: AbortSignal }) => Promise<readonly ProbedLink[]> = ({
  signal = new AbortController().signal,
} = {}) => probe({ signal })
