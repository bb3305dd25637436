/**
 * The part of a home's router that opens ports by UPnP, to be run on the router: `INSIDE OUTSIDE DEVICE [REFUSAL]`, its addresses on both sides, the
 * interface of the outer one, and the words with which it refuses whatever it is asked for. @packageDocumentation
 */

import { answerSearches, startFakeRouter } from '../../network/upnp/fake-router.ts'
import { run } from '../network/commands.ts'

const [inside, outside, device, refusal] = process.argv.slice(2)

function say(event: string, detail: object): void {
  console.log(JSON.stringify({ event, ...detail }))
}

run(
  'nft',
  ['-f', '-'],
  `add table ip opens
add map ip opens ports { type inet_service : ipv4_addr . inet_service; }
add chain ip opens entering { type nat hook prerouting priority -100; }
add rule ip opens entering iifname ${device} dnat ip to tcp dport map @ports`,
)
const router = await startFakeRouter({
  inside,
  outside,
  refuses: () => (refusal === undefined ? undefined : [606, refusal]),
  changed({ external, client, internal }, isOpen) {
    const entry = `ip opens ports { ${external} : ${client} . ${internal} }`
    run('nft', ['-f', '-'], isOpen ? `add element ${entry}` : `delete element ${entry}`)
    say(isOpen ? 'opened' : 'closed', { external, client, internal })
  },
})
await answerSearches(router, ({ address }) => say('asked', { from: address }))
say('listening', { location: router.location })
