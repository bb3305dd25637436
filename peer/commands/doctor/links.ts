import type { ProbedLink } from '../../../src/public/network.ts'
import { counted } from '../../words.ts'

/** A line for each interface and family: whether a question by mDNS was heard there, and who has answered. */
export function describeLinks(links: readonly ProbedLink[]): string[] {
  if (links.every(({ isInternal }) => isInternal)) return ['this machine is on no network: there is loopback only']
  return links.map(link => `${titleOf(link)}: ${stateOf(link)}`)
}

/** What it means where some of the interfaces are deaf; undefined where none is. */
export function describeDeaf(links: readonly ProbedLink[]): string | undefined {
  const deaf = links.filter(({ heardItself }) => !heardItself)
  if (deaf.length === 0) return undefined
  return `peers are not found by mDNS over ${deaf.map(titleOf).join(', ')}: where they are to be, tell them of each other with --connect MULTIADDR`
}

const titleOf = ({ name, family }: ProbedLink) => `${name} (IPv${family})`

function stateOf({ heardItself, failure, peers }: ProbedLink): string {
  if (failure !== undefined) return `nothing goes out: ${failure}`
  if (!heardItself) return 'nothing comes back: a firewall of this machine drops UDP port 5353'
  // To hear oneself takes no network: only somebody else's answer shows that it hands multicast on.
  return peers.length === 0
    ? 'hears itself; no other peer answers'
    : `hears itself; ${counted(peers.length, 'peer')} answered`
}
