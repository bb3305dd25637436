import { randomInt } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type { AbortOptions } from '../../gossip/ports.ts'
import { isReachableIp } from '../address-order.ts'
import { isLocalIp } from '../hosts.ts'
import { DYNAMIC_PORTS, LEASE_SECONDS, MAX_PORTS_TRIED } from './constants.ts'
import { PrivateAddressError, RouterError } from './errors.ts'
import { CONFLICT, type Gateway, type Mapping, ONLY_PERMANENT } from './gateway.ts'

/** Ports that a router has opened for one IP of this machine. */
export interface OpenPorts {
  readonly gateway: Gateway
  readonly client: string
  /** The external one by the internal one. */
  readonly ports: Map<number, number>
}

/**
 * Has these ports opened, or kept open, and enters them where they are kept: each as soon as it is open.
 *
 * @returns the IP at which they are open
 * @throws PrivateAddressError where nobody from outside would come to the router; RouterError where it opens none of them
 */
export async function openPorts(
  { gateway, client, ports }: OpenPorts,
  internals: readonly number[],
  { signal }: AbortOptions,
): Promise<string> {
  const ip = await gateway.externalIp({ signal })
  if (!isIPv4(ip) || !isReachableIp(ip) || isGroup(ip)) {
    throw new RouterError(ip === '' ? 'it says no address of its own' : `it says that its own address is ${ip}`)
  }
  if (isLocalIp(ip)) throw new PrivateAddressError(`its own address, ${ip}, is private`)
  let failure: unknown
  for (const internal of internals) {
    const wanted = ports.get(internal) ?? internal
    ports.delete(internal)
    try {
      ports.set(internal, await openPort(gateway, { client, internal, wanted }, { signal }))
    } catch (error) {
      failure = error
    }
  }
  if (ports.size === 0) throw failure
  return ip
}

/** @returns the external port: the one that is wanted, unless somebody else has it */
async function openPort(
  gateway: Gateway,
  { client, internal, wanted }: { readonly client: string; readonly internal: number; readonly wanted: number },
  { signal }: AbortOptions,
): Promise<number> {
  let external = wanted
  for (let tried = 1; ; tried++) {
    signal.throwIfAborted()
    try {
      await openLeased(gateway, { external, internal, client, leaseSeconds: LEASE_SECONDS })
      return external
    } catch (error) {
      if (codeOf(error) !== CONFLICT || tried === MAX_PORTS_TRIED) throw error
      external = randomInt(DYNAMIC_PORTS.first, DYNAMIC_PORTS.end)
    }
  }
}

/** Some routers know no leases: there the port stays open where this peer is killed. */
async function openLeased(gateway: Gateway, mapping: Mapping): Promise<void> {
  try {
    await gateway.open(mapping)
  } catch (error) {
    if (codeOf(error) !== ONLY_PERMANENT) throw error
    await gateway.open({ ...mapping, leaseSeconds: 0 })
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof RouterError ? error.code : undefined
}

/** The first number of addresses that are no single machine's: 224.0.0.0 and above. */
const GROUPS = 224

function isGroup(ip: string): boolean {
  return Number(ip.split('.', 1)[0]) >= GROUPS
}
