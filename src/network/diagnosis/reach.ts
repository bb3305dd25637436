/**
 * The stages on the way to a machine: what its name stands for, whether there is a route, whether anybody listens on its port.
 *
 * @packageDocumentation
 */

import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { getSystemErrorMessage } from 'node:util'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions } from '../../gossip/ports.ts'
import { ADDRESS_DIAL_TIMEOUT_MS } from '../constants.ts'
import { reasonOf } from '../errors.ts'
import { readInterfaces } from '../interfaces.ts'
import { hasName, type Names, nameIn, resolveAddress } from '../names.ts'
import type { Stage, StageFailure } from './stages.ts'

/** A stage, and the addresses with which the next goes on. */
export interface Step {
  readonly stage: Stage
  readonly addresses: readonly Multiaddr[]
}

/** What the address stands for. */
export async function tryName(address: Multiaddr, names: Names, options: AbortOptions): Promise<Step> {
  if (!hasName(address)) return step('name', [address], `${placeOf(address)} is an address, and needs no name`)
  try {
    const addresses = await resolveAddress(address, names, options)
    return step('name', addresses, `${nameIn(address)} stands for ${addresses.map(placeOf).join(', ')}`)
  } catch (error) {
    options.signal.throwIfAborted()
    return { stage: { name: 'name', failure: 'no name', found: reasonOf(error) }, addresses: [] }
  }
}

/** Which of them this machine has a route to, and over which of its interfaces. */
export async function tryRoute(addresses: readonly Multiaddr[]): Promise<Step> {
  const tries = await Promise.all(
    addresses.map(async address => {
      const { ip } = hostAndPort(address)
      try {
        const own = await sourceFor(ip)
        const over = readInterfaces().find(each => each.address === own)?.name
        return { address, found: `${ip} from ${own}${over === undefined ? '' : ` (${over})`}` }
      } catch (error) {
        return { address, error: error as Error, found: `${ip}: ${wordsOf(error as Error)}` }
      }
    }),
  )
  return summarise('route', tries, () => 'no route')
}

/** Which of them take a TCP connection. */
export async function tryPort(addresses: readonly Multiaddr[], { signal }: AbortOptions): Promise<Step> {
  const tries = await Promise.all(
    addresses.map(async address => {
      const place = placeOf(address)
      const began = performance.now()
      try {
        await connectTo(address, signal)
        return { address, found: `${place} answers in ${Math.round(performance.now() - began)} ms` }
      } catch (error) {
        signal.throwIfAborted()
        return { address, error: error as Error, found: `${place}: ${wordsOf(error as Error)}` }
      }
    }),
  )
  return summarise('port', tries, error => FAILURES[(error as NodeJS.ErrnoException).code ?? ''] ?? 'unreachable')
}

const FAILURES: Readonly<Record<string, StageFailure>> = { ECONNREFUSED: 'refused', ETIMEDOUT: 'silent' }

interface Try {
  readonly address: Multiaddr
  readonly found: string
  readonly error?: Error
}

/** A stage goes on with those that have got through; it fails where none has, of what the first fails of. */
function summarise(name: Stage['name'], tries: readonly Try[], failureOf: (error: Error) => StageFailure): Step {
  const through = tries.filter(({ error }) => error === undefined)
  const found = tries.map(each => each.found).join('\n')
  const [first] = tries
  const failure = through.length > 0 || first.error === undefined ? undefined : failureOf(first.error)
  return { stage: { name, failure, found }, addresses: through.map(({ address }) => address) }
}

function step(name: Stage['name'], addresses: readonly Multiaddr[], found: string): Step {
  return { stage: { name, found }, addresses }
}

/** @throws Error where an address has no IP or no port: the stages begin with what a transport owns */
function hostAndPort(address: Multiaddr): { ip: string; port: number } {
  const [host, transport] = address.getComponents()
  return { ip: host?.value ?? '', port: Number(transport?.value) }
}

/** An address for people: where a socket would go. */
export function placeOf(address: Multiaddr): string {
  const { ip, port } = hostAndPort(address)
  return `${isIPv6(ip) ? `[${ip}]` : ip}:${port}`
}

/** The own address from which this machine would send to another: no packet is sent for it. */
async function sourceFor(ip: string): Promise<string> {
  const socket = createSocket(isIPv6(ip) ? 'udp6' : 'udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      // Any port: UDP only looks for the way.
      socket.connect(1, ip, (error?: Error) => (error ? reject(error) : resolve()))
    })
    return socket.address().address
  } finally {
    socket.close()
  }
}

async function connectTo(address: Multiaddr, signal: AbortSignal): Promise<void> {
  const { ip: host, port } = hostAndPort(address)
  const socket = connect({ host, port, signal })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject)
      socket.setTimeout(ADDRESS_DIAL_TIMEOUT_MS, () => {
        reject(Object.assign(new Error(`no answer in ${ADDRESS_DIAL_TIMEOUT_MS / 1000} s`), { code: 'ETIMEDOUT' }))
      })
    })
  } finally {
    socket.destroy()
  }
}

function wordsOf(error: Error): string {
  const { errno, code } = error as NodeJS.ErrnoException
  return typeof errno === 'number' ? `${getSystemErrorMessage(errno)} (${code})` : error.message
}
