/**
 * Joins a swarm without data, and prints how it stands until it has sealed. See README.md.
 *
 *     node examples/watch/main.ts [--connect ADDRESS] [--recipe FILE] [--invite TEXT]
 */

import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createPeer, defaultRecipe, type MemberView, type Peer } from '../../src/index.ts'

const LOOK_MS = 500
/** Distances are drawn by their logarithm, from 10⁻⁶ to 1. */
const DECADES = 6
const BLOCKS_PER_DECADE = 4

function bar(distance: number): string {
  const decades = DECADES + Math.log10(Math.min(1, Math.max(10 ** -DECADES, distance)))
  return '█'.repeat(Math.ceil(decades * BLOCKS_PER_DECADE))
}

function row({ peer, phase, step, distance, exchanging }: MemberView): string {
  const apart = distance === null ? '' : `${distance.toExponential(1)} ${bar(distance)}`
  return `…${peer.slice(-6)}  ${phase.padEnd(9)}  step ${String(step).padEnd(5)} ${exchanging ? '⇄' : ' '} ${apart}`
}

/** The swarm as this peer sees it: a line for each member, and how far it is from the mean of all. */
function draw(peer: Peer): string {
  const { members } = peer.view()
  const { phase, consensusDistance } = peer.status()
  const apart = consensusDistance === null ? '' : `, ${consensusDistance.toExponential(1)} apart`
  return [`members: ${members.length}${apart}; this one: ${phase}`, ...members.map(row)].join('\n')
}

const { recipe, ...reach } = parseArgs({
  options: {
    recipe: { type: 'string' },
    connect: { type: 'string', multiple: true },
    invite: { type: 'string' },
  },
}).values

const peer = await createPeer({
  recipe: recipe === undefined ? defaultRecipe : JSON.parse(readFileSync(recipe, 'utf8')),
  data: 'none',
  invitation: reach.invite,
  // Without an address it looks on the local network.
  network: reach.connect && { connect: reach.connect, mdns: false },
})
peer.addEventListener('warning', ({ detail }) => console.error(detail.message))
process.once('SIGINT', () => peer.stop('interrupted'))

await peer.start()
const sealed = peer.untilConsensus()
let shown = ''
do {
  const drawn = draw(peer)
  if (drawn === shown) continue
  if (process.stdout.isTTY) console.clear()
  console.log(`${drawn}\n`)
  shown = drawn
} while ((await Promise.race([sealed, pause(LOOK_MS)])) === undefined)
console.log(`${draw(peer)}\n\nsealed ${(await sealed).parametersHash}`)
await peer.stop()
