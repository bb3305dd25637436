import type { Host, HostOptions, NetworkInterface } from '../network/host.ts'
import type { Lan, LanOptions } from '../network/lan.ts'
import type { World } from '../network/world.ts'

export interface Office {
  readonly lan: Lan
  readonly hosts: readonly Host[]
  readonly interfaces: readonly NetworkInterface[]
}

/** Hosts on one switch, with a router's address to send everything else to, though nobody is there. */
export function openOffice(
  world: World,
  count: number,
  { multicast, ...options }: LanOptions & HostOptions = {},
): Office {
  const lan = world.lan('office', { multicast })
  const hosts = Array.from({ length: count }, (_, i) => world.host(`peer${i + 1}`, options))
  const interfaces = hosts.map((host, i) => host.join(lan, officePlace(i + 1)))
  return { lan, hosts, interfaces }
}

/** An address of the office's network, by its last number. */
export function officePlace(last: number) {
  return { address: `192.168.1.${last}/24`, gateway: '192.168.1.254' }
}
