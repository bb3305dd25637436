/**
 * The networks that this machine is on, as multicast sees them: one link for each interface and family. A packet is sent over one of them, by a
 * socket of its own, since a socket that is not told sends over the interface of the default route and no other. What comes is heard by one socket for
 * each family, which has joined the group on every interface: several would all hear everything.
 *
 * @packageDocumentation
 */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { BlockList, isIPv6 } from 'node:net'
import { getSystemErrorMessage } from 'node:util'
import type { InterfaceAddress } from '../interfaces.ts'
import {
  MAX_LINKS,
  MAX_TOLD_FAILURES,
  MDNS_GROUPS,
  MDNS_HOPS,
  MDNS_PORT,
  SENDING_RETRIES,
  SENDING_RETRY_MS,
} from './constants.ts'

/** An interface and a family of addresses. */
export interface Link extends Pick<InterfaceAddress, 'name' | 'family' | 'isInternal'> {
  /** The address that packets are sent from, without a zone. */
  readonly address: string
  /** What sockets know the interface by. */
  readonly zone: string
  /** All addresses of the interface, of both families. */
  readonly addresses: readonly string[]
  /** Whether an IP address, of either family, is in a network of the interface. */
  has(ip: string): boolean
}

export interface LinkState extends Link {
  /** Why nothing can be sent or heard there, in words; undefined where nothing speaks against it. */
  readonly failure?: string
}

export interface LinksOptions {
  /** A packet has come. @param links those over which it may have: none where its sender is on no network of this machine */
  heard(bytes: Uint8Array, from: Sender, links: readonly Link[]): void
  /** Tells people, on one line, of what goes wrong: each thing once. */
  warn(message: string): void
}

export interface Sender {
  /** Without a zone. */
  readonly address: string
  readonly port: number
}

export interface Links {
  /** Takes the interfaces as they are now, and tries again what has failed. */
  follow(addresses: readonly InterfaceAddress[]): void
  /** Sends to everybody on a link; a failure is told, and is in its state. */
  send(link: Link, bytes: Uint8Array): void
  list(): readonly LinkState[]
  stop(): Promise<void>
}

/** The socket of a link. */
interface Mouth {
  readonly link: Link
  readonly socket: Socket
  /** Packets that wait for the socket to be bound; undefined once it is. */
  waiting: Uint8Array[] | undefined
}

export function createLinks({ heard, warn }: LinksOptions): Links {
  /** Those that are bound have begun to hear: whoever joins a group before is bound to another port. */
  const ears = new Map<4 | 6, { readonly socket: Socket; isBound: boolean }>()
  /** Why nothing is heard, of all links of a family and of single ones. */
  const deaf = new Map<4 | 6, string>()
  const unjoined = new Map<string, string>()
  const mouths = new Map<string, Mouth>()
  const failures = new Map<string, { readonly text: string; readonly times: number }>()
  const told = new Set<string>()
  let links: readonly Link[] = []

  function tell(message: string): void {
    // Interfaces come and go under ever new names, and what they all suffer from has been said by then.
    if (told.has(message) || told.size >= MAX_TOLD_FAILURES) return
    told.add(message)
    warn(message)
  }

  function fail(link: Link, error: Error, unsent: readonly Uint8Array[]): void {
    const key = keyOf(link)
    close(key)
    const text = wordsOf(error)
    const times = (failures.get(key)?.times ?? 0) + 1
    failures.set(key, { text, times })
    if (times > SENDING_RETRIES) {
      tell(`mDNS cannot send on ${titleOf(link)}: ${text}`)
      return
    }
    const again = () => {
      if (links.some(each => keyOf(each) === key)) for (const bytes of unsent) send(link, bytes)
    }
    setTimeout(again, SENDING_RETRY_MS).unref()
  }

  function close(key: string): void {
    const mouth = mouths.get(key)
    mouths.delete(key)
    if (mouth !== undefined) closeSocket(mouth.socket)
  }

  function listen(family: 4 | 6): void {
    if (ears.has(family)) return
    const ear = { socket: socketOf(family), isBound: false }
    ears.set(family, ear)
    ear.socket.on('error', error => {
      if (ears.get(family) !== ear) return
      ears.delete(family)
      closeSocket(ear.socket)
      deaf.set(family, wordsOf(error))
      tell(
        `mDNS cannot listen on port ${MDNS_PORT} over IPv${family}, so peers on the local network are not found over it: ${wordsOf(error)}`,
      )
    })
    ear.socket.on('message', (bytes, from) => receive(family, bytes, from))
    ear.socket.bind({ port: MDNS_PORT, address: family === 4 ? '0.0.0.0' : '::' }, () => {
      ear.isBound = true
      deaf.delete(family)
      join(family)
    })
  }

  function join(family: 4 | 6): void {
    const ear = ears.get(family)
    if (!ear?.isBound) return
    for (const link of links.filter(each => each.family === family)) {
      try {
        ear.socket.addMembership(MDNS_GROUPS[family], interfaceOf(link))
        unjoined.delete(keyOf(link))
      } catch (error) {
        // It has joined before.
        if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue
        unjoined.set(keyOf(link), wordsOf(error as Error))
        tell(`mDNS cannot hear on ${titleOf(link)}: ${wordsOf(error as Error)}`)
      }
    }
  }

  function receive(family: 4 | 6, bytes: Uint8Array, from: RemoteInfo): void {
    const [address, zone] = from.address.split('%')
    const own = links.filter(
      link => link.family === family && (zone === undefined ? link.has(address) : link.zone === zone),
    )
    heard(bytes, { address, port: from.port }, own)
  }

  function speak(link: Link): Mouth {
    const socket = socketOf(link.family)
    const mouth: Mouth = { link, socket, waiting: [] }
    mouths.set(keyOf(link), mouth)
    socket.on('error', error => mouths.get(keyOf(link)) === mouth && fail(link, error, mouth.waiting ?? []))
    const zone = isLinkLocal6(link.address) ? `%${link.zone}` : ''
    // Its own address, so that it does not hear what the ear hears.
    socket.bind({ port: MDNS_PORT, address: `${link.address}${zone}` }, () => {
      try {
        socket.setMulticastInterface(interfaceOf(link))
        socket.setMulticastTTL(MDNS_HOPS)
        // Peers on the same machine are to hear it, too.
        socket.setMulticastLoopback(true)
      } catch (error) {
        return fail(link, error as Error, mouth.waiting ?? [])
      }
      const waiting = mouth.waiting ?? []
      mouth.waiting = undefined
      for (const bytes of waiting) say(mouth, bytes)
    })
    return mouth
  }

  function say(mouth: Mouth, bytes: Uint8Array): void {
    const { link, socket } = mouth
    socket.send(bytes, MDNS_PORT, MDNS_GROUPS[link.family], error => {
      if (mouths.get(keyOf(link)) !== mouth) return
      if (error === null) failures.delete(keyOf(link))
      else fail(link, error, [bytes])
    })
  }

  function send(link: Link, bytes: Uint8Array): void {
    const mouth = mouths.get(keyOf(link)) ?? speak(link)
    if (mouth.waiting === undefined) say(mouth, bytes)
    else mouth.waiting.push(bytes)
  }

  return {
    follow(addresses) {
      const { used, left } = linksOf(addresses)
      links = used
      if (left.length > 0) {
        tell(`mDNS uses ${MAX_LINKS} interfaces at most, and leaves out ${left.join(', ')}`)
      }
      const keys = new Set(links.map(keyOf))
      for (const key of [...mouths.keys()]) if (!keys.has(key)) close(key)
      for (const known of [failures, unjoined]) {
        for (const key of [...known.keys()]) if (!keys.has(key)) known.delete(key)
      }
      for (const family of [4, 6] as const) {
        if (!links.some(link => link.family === family)) continue
        listen(family)
        join(family)
      }
    },
    send,
    list: () =>
      links.map(link => {
        const key = keyOf(link)
        return { ...link, failure: failures.get(key)?.text ?? unjoined.get(key) ?? deaf.get(link.family) }
      }),
    async stop() {
      links = []
      await Promise.all([...ears.values(), ...mouths.values()].map(({ socket }) => closeSocket(socket)))
      ears.clear()
      mouths.clear()
    },
  }
}

/**
 * The links of interfaces, those first that have an address of their own in some network; and the names of such that there is no room for. Of interfaces of
 * containers, which have none, nobody misses any.
 */
function linksOf(addresses: readonly InterfaceAddress[]): { used: Link[]; left: string[] } {
  const interfaces = [...Map.groupBy(addresses, ({ name }) => name).values()].sort(
    (a, b) => Number(isBare(a)) - Number(isBare(b)),
  )
  // Loopback has no multicast over IPv6, and IPv4 does for all who are on this machine.
  const ofFamily = (family: 4 | 6) =>
    interfaces.filter(own => own.some(each => each.family === family && !(each.isInternal && family === 6)))
  const used = ([4, 6] as const).flatMap(family =>
    ofFamily(family)
      .slice(0, MAX_LINKS)
      .map(own => linkOf(own, family)),
  )
  const left = ([4, 6] as const).flatMap(family => ofFamily(family).slice(MAX_LINKS)).filter(own => !isBare(own))
  return { used, left: [...new Set(left.map(([{ name }]) => name))] }
}

/** @param own the addresses of one interface */
function linkOf(own: readonly InterfaceAddress[], family: 4 | 6): Link {
  const ofFamily = own.filter(each => each.family === family)
  // The group of a link is spoken to from the link's own kind of address, where there is one.
  const { name, address, zone = name, isInternal } = ofFamily.find(each => isLinkLocal6(each.address)) ?? ofFamily[0]
  const networks = new BlockList()
  for (const each of own) networks.addSubnet(each.address, each.prefix, each.family === 4 ? 'ipv4' : 'ipv6')
  const has = (ip: string) => networks.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4')
  return { name, family, address, zone, addresses: own.map(each => each.address), isInternal, has }
}

/** Whether an interface has only the addresses that every interface gives itself, as those of containers do. */
const isBare = (own: readonly InterfaceAddress[]) => own.every(({ address }) => isLinkLocal6(address))

/** A link that has another address is another link. */
const keyOf = ({ name, address }: Link) => `${name} ${address}`

const isLinkLocal6 = (address: string) => /^fe[89ab]/i.test(address)

/** A link for people. */
export function titleOf({ name, family }: Pick<Link, 'name' | 'family'>): string {
  return `${name} (IPv${family})`
}

/** How sockets are told of a link. */
function interfaceOf({ zone, family, address }: Link): string {
  return family === 4 ? address : `::%${zone}`
}

function socketOf(family: 4 | 6): Socket {
  // Other programs on this machine speak mDNS, too.
  return createSocket(
    family === 4 ? { type: 'udp4', reuseAddr: true } : { type: 'udp6', reuseAddr: true, ipv6Only: true },
  )
}

function closeSocket(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  try {
    socket.close(() => resolve())
  } catch {
    // It is closed.
    resolve()
  }
  return promise
}

/** What the system says of an error of a socket: "network is unreachable (ENETUNREACH)". */
function wordsOf(error: Error): string {
  const { errno, code } = error as NodeJS.ErrnoException
  return errno === undefined || code === undefined ? error.message : `${getSystemErrorMessage(errno)} (${code})`
}
