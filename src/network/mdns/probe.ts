import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AbortOptions, PeerId } from '../../gossip/ports.ts'
import { readInterfaces } from '../interfaces.ts'
import { PROBE_MS } from './constants.ts'
import { createLinks, type Link } from './links.ts'
import { decodePacket, encodeQuery } from './packets.ts'

/** What became of a question by mDNS on one interface, over one family. */
export interface ProbedLink extends Pick<Link, 'name' | 'family' | 'address' | 'isInternal'> {
  /** Whether the question came back to this machine, as multicast does to all who listen. */
  readonly heardItself: boolean
  /** Peers, of any swarm, that have answered. */
  readonly peers: readonly PeerId[]
  /** Why nothing could be sent or heard, for people. */
  readonly failure?: string
}

/** A number of two bytes, by which a question is told from those of others. */
const NUMBERS = 2 ** 16

/** Asks for peers on every interface, and listens for a while to who hears it. */
export async function probeMulticast({ signal }: AbortOptions): Promise<readonly ProbedLink[]> {
  const keyOf = ({ name, family }: Link) => `${name} ${family}`
  const numbers = new Map<string, number>()
  const echoes = new Set<string>()
  const peers = new Map<string, Set<PeerId>>()
  const links = createLinks({
    heard(bytes, _from, over) {
      const said = decodePacket(bytes)
      for (const key of over.map(keyOf)) {
        if (said?.kind === 'query' && said.id === numbers.get(key)) echoes.add(key)
        if (said?.kind !== 'answer') continue
        for (const { peer } of said.peers) peers.set(key, (peers.get(key) ?? new Set()).add(peer))
      }
    },
    // It is in what is returned.
    warn() {},
  })
  links.follow(readInterfaces())
  try {
    const first = randomInt(NUMBERS)
    for (const [i, link] of links.list().entries()) {
      const number = (first + i) % NUMBERS
      numbers.set(keyOf(link), number)
      links.send(link, encodeQuery(number))
    }
    await sleep(PROBE_MS, undefined, { signal })
    return links.list().map(({ name, family, address, isInternal, failure, ...link }) => {
      const key = keyOf({ name, family, address, isInternal, ...link })
      const told = failure === undefined ? {} : { failure }
      return {
        name,
        family,
        address,
        isInternal,
        heardItself: echoes.has(key),
        peers: [...(peers.get(key) ?? [])],
        ...told,
      }
    })
  } finally {
    await links.stop()
  }
}
