import type { Host } from './host.ts'

/** Gives a host as many bridges with addresses of their own as container engines make, each with a container's wire in it. */
export function addContainerBridges(host: Host, count: number): void {
  for (let i = 0; i < count; i++) {
    host.ip(`link add docker${i} type bridge`)
    host.ip(`address add 172.${17 + i}.0.1/16 dev docker${i}`)
    host.ip(`link set docker${i} up`)
    // A bridge without a wire has no carrier, and programs are not told of its address.
    host.ip(`link add wire${i} type veth peer name inner${i}`)
    host.ip(`link set wire${i} master docker${i} up`)
    host.ip(`link set inner${i} up`)
  }
}
