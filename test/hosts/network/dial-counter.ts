import { nftIn, runIn } from './commands.ts'
import type { Host } from './host.ts'

/** A connection that a host asked for. */
export interface Dial {
  readonly address: string
  readonly port: number
  readonly answered: boolean
}

/** Watches which TCP connections a host asks for, and which are answered, from below the programs that ask. IPv4 only. */
export function countDials(host: Host): () => readonly Dial[] {
  const set = '{ type ipv4_addr . inet_service . inet_service; flags dynamic; size 65535; }'
  nftIn(
    host.namespace,
    `add table ip dials
add set ip dials asked ${set}
add set ip dials answered ${set}
add chain ip dials leaving { type filter hook output priority 0; }
add rule ip dials leaving tcp flags & (fin|syn|rst|ack) == syn add @asked { ip daddr . tcp dport . tcp sport }
add chain ip dials entering { type filter hook input priority 0; }
add rule ip dials entering tcp flags & (fin|syn|rst|ack) == (syn|ack) add @answered { ip saddr . tcp sport . tcp dport }`,
  )
  return () => {
    const answered = new Set(read(host, 'answered').map(triple => triple.join()))
    return read(host, 'asked').map(triple => {
      const [address, port] = triple
      return { address: String(address), port: Number(port), answered: answered.has(triple.join()) }
    })
  }
}

function read(host: Host, set: string): readonly (readonly (string | number)[])[] {
  const { nftables } = JSON.parse(runIn(host.namespace, ['nft', '-j', 'list', 'set', 'ip', 'dials', set]))
  const { elem = [] } = nftables.find((one: object) => 'set' in one).set
  return elem.map((one: { concat?: (string | number)[]; elem?: { val: { concat: (string | number)[] } } }) => {
    return one.concat ?? one.elem?.val.concat
  })
}
