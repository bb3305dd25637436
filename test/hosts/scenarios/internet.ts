import type { Host, Joining, NetworkInterface } from '../network/host.ts'
import type { Lan } from '../network/lan.ts'
import { masquerade } from '../network/nat.ts'
import type { World } from '../network/world.ts'

export interface Internet {
  readonly lan: Lan
  /** An address, by its last number. */
  place(last: number): Joining
  /** A host that everybody can reach; its address ends in that number. */
  publicHost(name: string, last: number): PublicHost
  /** A site with one host, behind a router that hides it, or with public addresses itself. */
  site(name: string, last: number, nat: Nat): Site
}

export type Nat = 'none' | 'kept' | 'random'

export interface PublicHost {
  readonly host: Host
  readonly address: string
}

/** A network of private addresses, and the router that hides it. */
export interface Home {
  readonly lan: Lan
  readonly router: Host
  readonly inside: NetworkInterface
  readonly outside: NetworkInterface
}

export interface Site {
  readonly host: Host
  /** Undefined where no router hides it. */
  readonly home?: Home
  readonly at: NetworkInterface
  /** All at which others may believe it to be: its own, and that of its router. */
  readonly addresses: readonly string[]
}

/** Routable: peers take what is kept for documentation or for private use for other things. */
const NETWORK = '80.0.0'
const PROVIDER = 254

export const publicAddress = (last: number) => `${NETWORK}.${last}`

/** A network of public addresses, whose router drops without a word what is for private ones. */
export function openInternet(world: World): Internet {
  const lan = world.lan('internet', { multicast: false })
  const provider = world.host('provider', { forwards: true })
  provider.join(lan, { address: `${publicAddress(PROVIDER)}/24` })
  provider.ip('route add blackhole default')
  const place = (last: number) => ({ address: `${publicAddress(last)}/24`, gateway: publicAddress(PROVIDER) })

  function publicHost(name: string, last: number): PublicHost {
    const host = world.host(name)
    host.join(lan, place(last))
    return { host, address: publicAddress(last) }
  }
  return {
    lan,
    place,
    publicHost,
    site(name, last, nat) {
      const host = world.host(name)
      if (nat === 'none') return { host, at: host.join(lan, place(last)), addresses: [publicAddress(last)] }
      const home = world.lan(`${name}-lan`)
      const router = world.host(`${name}-router`, { forwards: true })
      const outside = router.join(lan, place(last))
      const inside = router.join(home, { address: `192.168.${last}.1/24` })
      masquerade(router, outside, nat)
      const address = `192.168.${last}.2`
      const at = host.join(home, { address: `${address}/24`, gateway: `192.168.${last}.1` })
      return { host, at, addresses: [address, publicAddress(last)], home: { lan: home, router, inside, outside } }
    },
  }
}
