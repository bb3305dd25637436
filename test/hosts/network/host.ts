import { ipIn, runIn, setIn } from './commands.ts'

export interface HostOptions {
  /** Default: only IPv4, as on a network that has nothing else. */
  readonly ipv6?: boolean
  /** Whether it hands on what is not for it. */
  readonly forwards?: boolean
}

/** Where a host can be plugged in. */
export interface Network {
  /** Makes an interface of this name in the namespace, which is down and has no address. */
  plug(namespace: string, name: string): void
}

export interface Joining {
  /** With the length of the prefix: `10.0.0.2/24`. */
  readonly address?: string
  /** Where everything else goes. */
  readonly gateway?: string
}

export interface NetworkInterface {
  readonly name: string
  /** Without the length of the prefix; undefined while it has none. */
  address(): string | undefined
  /** Moves from the address that it has to another one, as by DHCP or on another network; its connections are not told. */
  move(joining: Joining): void
  add(address: string): void
  takeAway(address: string): void
  /** Bytes that it has sent. */
  sent(): number
  down(): void
}

export interface Host {
  readonly name: string
  readonly namespace: string
  join(network: Network, joining?: Joining): NetworkInterface
  /** Rules and routes of its own: `route add blackhole default`. */
  ip(words: string): string
}

/** As nearly every machine outside of data centres has it, whatever this one's default is. */
const CONGESTION_CONTROL = 'congctl cubic'

export function createHost(name: string, namespace: string, { ipv6 = false, forwards = false }: HostOptions): Host {
  let interfaces = 0
  setIn(namespace, {
    'net/ipv6/conf/all/disable_ipv6': ipv6 ? 0 : 1,
    'net/ipv6/conf/default/disable_ipv6': ipv6 ? 0 : 1,
    'net/ipv4/ip_forward': forwards ? 1 : 0,
    // Addresses can be used at once: nobody else in a world has them.
    ...(ipv6 ? { 'net/ipv6/conf/default/accept_dad': 0, 'net/ipv6/conf/all/forwarding': forwards ? 1 : 0 } : {}),
  })
  return {
    name,
    namespace,
    join(network, joining = {}) {
      const device = `eth${interfaces++}`
      network.plug(namespace, device)
      return createInterface(namespace, device, joining)
    },
    ip: words => ipIn(namespace, words),
  }
}

function createInterface(namespace: string, name: string, joining: Joining): NetworkInterface {
  let current: string | undefined
  const ip = (words: string) => ipIn(namespace, words)

  function settle({ address, gateway }: Joining): void {
    current = address
    if (address !== undefined) ip(`address add ${address} dev ${name}`)
    if (address?.includes('.')) {
      const [{ dst }] = JSON.parse(ip(`-j -4 route show dev ${name} scope link`))
      const source = address.split('/')[0]
      ip(`route replace ${dst} dev ${name} proto kernel scope link src ${source} ${CONGESTION_CONTROL}`)
    }
    if (gateway === undefined) return
    const family = gateway.includes(':') ? '-6' : '-4'
    ip(`${family} route replace default via ${gateway} dev ${name} ${CONGESTION_CONTROL}`)
  }
  ip(`link set ${name} up`)
  settle(joining)
  return {
    name,
    address: () => current?.split('/')[0],
    move(to) {
      if (current !== undefined) ip(`address del ${current} dev ${name}`)
      settle(to)
    },
    add: address => void ip(`address add ${address} dev ${name}`),
    takeAway(address) {
      ip(`address del ${address} dev ${name}`)
      if (address === current) current = undefined
    },
    sent() {
      const [link] = JSON.parse(runIn(namespace, ['ip', '-s', '-j', 'link', 'show', 'dev', name]))
      return link.stats64.tx.bytes
    },
    down: () => void ip(`link set ${name} down`),
  }
}
