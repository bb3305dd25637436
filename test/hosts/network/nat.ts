/** What a router does to addresses. @packageDocumentation */

import { nftIn } from './commands.ts'
import type { Host, NetworkInterface } from './host.ts'

/**
 * Hides whoever is behind a router: what goes out carries the router's address. What comes in unasked is dropped without a word.
 *
 * @param ports `kept`: a sender keeps its port where it is free, so that all targets see the same one; `random`: every target another
 */
export function masquerade(router: Host, outside: NetworkInterface, ports: 'kept' | 'random'): void {
  nftIn(
    router.namespace,
    `add table ip hides
add chain ip hides leaving { type nat hook postrouting priority 100; }
add rule ip hides leaving oifname ${outside.name} masquerade ${ports === 'random' ? 'fully-random' : ''}
${dropUnasked('hides', outside)}`,
  )
}

/** Gives one host behind a router an address outside of its own, as clouds do: whatever is sent there is handed on to it. */
export function oneToOne(router: Host, outside: NetworkInterface, address: string, inside: string): void {
  nftIn(
    router.namespace,
    `add table ip maps
add chain ip maps entering { type nat hook prerouting priority -100; }
add rule ip maps entering iifname ${outside.name} ip daddr ${address} dnat to ${inside}
add chain ip maps leaving { type nat hook postrouting priority 100; }
add rule ip maps leaving oifname ${outside.name} ip saddr ${inside} snat to ${address}`,
  )
}

function dropUnasked(table: string, outside: NetworkInterface): string {
  return ['input', 'forward']
    .flatMap(hook => [
      `add chain ip ${table} ${hook}ed { type filter hook ${hook} priority 0; }`,
      `add rule ip ${table} ${hook}ed ct state established,related accept`,
      // A port that the router was asked to open.
      `add rule ip ${table} ${hook}ed ct status dnat accept`,
      `add rule ip ${table} ${hook}ed iifname ${outside.name} drop`,
    ])
    .join('\n')
}
