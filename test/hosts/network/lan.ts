import { ipIn } from './commands.ts'
import type { Host, Network } from './host.ts'

export interface LanOptions {
  /** Default: true. Otherwise what is sent to groups reaches nobody, as on many a wireless network; IPv6 needs it to find neighbours. */
  readonly multicast?: boolean
}

export interface Lan extends Network {
  /** Cuts these hosts off from the others. */
  part(...hosts: readonly Host[]): void
  heal(): void
}

const WHOLE = 'whole'
const APART = 'apart'

export function createLan(namespace: string, { multicast = true }: LanOptions): Lan {
  const ports = new Map<string, string[]>()
  const ip = (words: string) => ipIn(namespace, words)
  for (const bridge of [WHOLE, APART]) {
    // Without snooping everybody hears every group, as on a plain switch.
    ip(`link add ${bridge} type bridge mcast_snooping 0`)
    ip(`link set ${bridge} up`)
  }
  let count = 0

  return {
    plug(host, name) {
      const port = `port${count++}`
      ip(`link add ${port} type veth peer name ${name} netns ${host}`)
      ip(`link set ${port} master ${WHOLE}`)
      if (!multicast) ip(`link set ${port} type bridge_slave mcast_flood off`)
      ip(`link set ${port} up`)
      ports.set(host, [...(ports.get(host) ?? []), port])
    },
    part(...hosts) {
      for (const host of hosts)
        for (const port of ports.get(host.namespace) ?? []) ip(`link set ${port} master ${APART}`)
    },
    heal() {
      for (const port of [...ports.values()].flat()) ip(`link set ${port} master ${WHOLE}`)
    },
  }
}
