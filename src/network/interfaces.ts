/**
 * The network interfaces of this machine, and what becomes of them: cables are pulled, networks are joined and left, addresses are leased
 * anew. Node tells nobody of that, so it is asked again and again.
 *
 * @packageDocumentation
 */

import { networkInterfaces } from 'node:os'
import { INTERFACE_WATCH_MS } from './constants.ts'

/** An address of an interface that is up. */
export interface InterfaceAddress {
  /** The interface's name, as the system has it: `eth0`. */
  readonly name: string
  readonly family: 4 | 6
  /** The IP address, without a zone. */
  readonly address: string
  /** Bits of the address that name its network. */
  readonly prefix: number
  /** What sockets know the interface by, where that is not its name: on Windows its number. */
  readonly zone?: string
  /** Whether only this machine can be reached by it. */
  readonly isInternal: boolean
}

export interface InterfaceWatch {
  /** The addresses as they are now, in a fixed order; none where the system does not tell. */
  current(): readonly InterfaceAddress[]
  /**
   * Calls back after every change. The machine is asked only while somebody wants to know.
   *
   * @returns ends it
   */
  whenChanged(handler: (now: readonly InterfaceAddress[], before: readonly InterfaceAddress[]) => void): () => void
}

/** @param read tells the addresses as they are. Default: the system does */
export function createInterfaceWatch(read: () => readonly InterfaceAddress[] = readInterfaces): InterfaceWatch {
  const handlers = new Set<Parameters<InterfaceWatch['whenChanged']>[0]>()
  let timer: NodeJS.Timeout | undefined
  let known: readonly InterfaceAddress[] = []

  function look(): void {
    const before = known
    const now = read()
    if (textOf(now) === textOf(before)) return
    known = now
    for (const handler of [...handlers]) handler(now, before)
  }

  return {
    current: () => read(),
    whenChanged(handler) {
      // Its own, so that a handler may be given twice.
      const each: typeof handler = (now, before) => handler(now, before)
      handlers.add(each)
      if (timer === undefined) {
        known = read()
        timer = setInterval(look, INTERFACE_WATCH_MS).unref()
      }
      return () => {
        handlers.delete(each)
        if (handlers.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}

/** What the system says of itself; nothing where it does not let this process ask. */
export function readInterfaces(): readonly InterfaceAddress[] {
  let interfaces: ReturnType<typeof networkInterfaces>
  try {
    interfaces = networkInterfaces()
  } catch {
    return []
  }
  return Object.entries(interfaces)
    .flatMap(([name, addresses = []]) =>
      addresses.map(({ family, address, cidr, internal, scopeid = 0 }): InterfaceAddress => {
        const prefix = Number(cidr?.split('/')[1] ?? 0)
        const zone = process.platform === 'win32' && scopeid > 0 ? { zone: String(scopeid) } : {}
        return { name, family: family === 'IPv6' ? 6 : 4, address, prefix, ...zone, isInternal: internal }
      }),
    )
    .sort((a, b) => compare(textOf([a]), textOf([b])))
}

function textOf(addresses: readonly InterfaceAddress[]): string {
  return addresses.map(({ name, family, address, prefix }) => `${name} ${family} ${address}/${prefix}`).join()
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
