/**
 * Has the router of this network hand on connections to this peer, for as long as the peer lives: UPnP Internet Gateway Devices, over IPv4.
 *
 * @packageDocumentation
 */

import { isIPv4 } from 'node:net'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions } from '../../gossip/ports.ts'
import { abortable } from '../abortable.ts'
import { withoutPeer } from '../address-dials.ts'
import { routedIps } from '../default-route.ts'
import { reasonOf } from '../errors.ts'
import { ipOf, isLocalIp } from '../hosts.ts'
import { pause } from '../pause.ts'
import { CLOSING_MS, RENEW_MS, SETTLE_MS } from './constants.ts'
import { PrivateAddressError } from './errors.ts'
import { readGateways } from './gateway.ts'
import { type OpenPorts, openPorts } from './open-ports.ts'
import { searchRouters } from './search.ts'

/** What came of asking the router for a port. */
export interface PortMapping {
  /**
   * `mapped`: others reach this peer through the router; `silent`: no router answers; `refused`: one does, and opens no port; `private`: one
   * does, and is itself behind another one; `needless`: there is nothing that a router could hand on.
   */
  readonly outcome: 'mapped' | 'silent' | 'refused' | 'private' | 'needless'
  /** Where others reach this peer through the router. */
  readonly addresses: readonly string[]
  /** The router's IP; null where none has answered. */
  readonly router: string | null
  /** For people: why it is not mapped; empty where it is. */
  readonly reason: string
}

export interface PortMappingOptions {
  /** Where this peer listens. */
  listened(): readonly Multiaddr[]
  /** Is told what came of it: at first, and whenever that has changed. */
  tell(mapping: PortMapping): void
  /** A signal that is aborted when the addresses of this machine change. */
  moved(): AbortSignal
  /** The machine's own IP towards its router. Default: that of the default route. */
  local?(): Promise<string | undefined>
  /** The descriptions of the routers of that IP's network. Default: of those that answer a search. */
  find?(local: string, options: AbortOptions): AsyncIterable<URL>
  /** Waits; rejects when it is aborted. Default: in real time. */
  wait?(milliseconds: number, options: AbortOptions): Promise<void>
}

/** Asks at once, and again and again, without anybody waiting for it. @returns ends it, and has the ports closed */
export function keepPortMapping(options: PortMappingOptions): () => Promise<void> {
  const { listened, tell, moved, local = routedIp, find = searchRouters, wait = pause } = options
  const stopping = new AbortController()
  const { signal } = stopping
  let held: OpenPorts | undefined

  async function keep(): Promise<void> {
    let told: string | undefined
    while (!signal.aborted) {
      const change = moved()
      const mapping = await look().catch(error => none('silent', `no router can be asked: ${reasonOf(error)}`))
      if (signal.aborted) return
      const text = JSON.stringify(mapping)
      if (text !== told) tell(mapping)
      told = text
      await wait(RENEW_MS, { signal: AbortSignal.any([signal, change]) }).catch(() => {})
      if (change.aborted) await wait(SETTLE_MS, { signal }).catch(() => {})
    }
  }

  async function look(): Promise<PortMapping> {
    const client = await local()
    if (held !== undefined && held.client !== client) await release()
    if (client === undefined) return none('silent', 'this machine has no way to a router')
    if (!isLocalIp(client)) return none('needless', `${client} is a public address itself`)
    const listening = listened().filter(address => ipOf(address) === client)
    if (listening.length === 0) return none('needless', `this peer does not listen on ${client}, which its router sees`)
    if (held === undefined) return await askRouters(client, listening)
    try {
      return await openAt(held, listening)
    } catch {
      await release()
      return await askRouters(client, listening)
    }
  }

  /** The first that opens a port; where none does, what is told of is what can be helped most. */
  async function askRouters(client: string, listening: readonly Multiaddr[]): Promise<PortMapping> {
    let refusal: PortMapping | undefined
    for await (const location of find(client, { signal })) {
      try {
        return await askRouter(location, client, listening)
      } catch (error) {
        signal.throwIfAborted()
        if (refusal?.outcome === 'private') continue
        const outcome = error instanceof PrivateAddressError ? 'private' : 'refused'
        refusal = { outcome, addresses: [], router: location.hostname, reason: reasonOf(error) }
      }
    }
    return refusal ?? none('silent', `no router answers ${client}`)
  }

  /** The first of its services that opens a port: one may be of a way to the provider that is not in use. */
  async function askRouter(location: URL, client: string, listening: readonly Multiaddr[]): Promise<PortMapping> {
    let failure: unknown
    for (const gateway of await readGateways(location, { signal })) {
      // Kept from the beginning: a port may be open before all of them are.
      held = { gateway, client, ports: new Map() }
      try {
        return await openAt(held, listening)
      } catch (error) {
        await release()
        failure ??= error
      }
    }
    throw failure
  }

  async function openAt(open: OpenPorts, listening: readonly Multiaddr[]): Promise<PortMapping> {
    const ip = await openPorts(open, [...new Set(listening.map(portOf))], { signal })
    const addresses = listening.flatMap(address => {
      const port = open.ports.get(portOf(address))
      return port === undefined ? [] : [withoutPeer(address).replace(IP_AND_PORT, `/ip4/${ip}/tcp/${port}`)]
    })
    return { outcome: 'mapped', addresses, router: open.gateway.router, reason: '' }
  }

  async function release(): Promise<void> {
    if (held === undefined) return
    const { gateway, ports } = held
    held = undefined
    const until = { signal: AbortSignal.timeout(CLOSING_MS) }
    await Promise.allSettled([...ports.values()].map(external => gateway.close(external, until)))
  }

  const kept = keep()
  return async () => {
    stopping.abort()
    // What the router is being asked to open is closed when it has answered.
    await abortable(kept, AbortSignal.timeout(CLOSING_MS)).catch(() => {})
    await release()
  }
}

const IP_AND_PORT = /^\/ip4\/[^/]+\/tcp\/\d+/

function portOf(address: Multiaddr): number {
  return Number(address.getComponents().find(({ name }) => name === 'tcp')?.value)
}

function none(outcome: PortMapping['outcome'], reason: string): PortMapping {
  return { outcome, addresses: [], router: null, reason }
}

async function routedIp(): Promise<string | undefined> {
  return [...(await routedIps())].find(ip => isIPv4(ip))
}
