/**
 * Four agents, each in a region of its own, gossip their Q-tables. See README.md.
 *
 *     node examples/q-learning/main.ts
 */

import { createPeer, type Peer, type RecipeInput } from '../../src/index.ts'
import { createAgent } from './agent.ts'
import { draw, solved, TABLE_LENGTH, TABLE_SHAPE, type Table } from './table.ts'
import { REGIONS, starts } from './world.ts'

/** Walks of each agent. On an idle machine half of them are enough. */
const STEPS = 800
/** Nobody waits longer than this for the agents to agree. */
const PATIENCE_MS = 60_000

const recipe: RecipeInput = {
  // A name on which the agents agree; what it means, their trainer knows.
  model: { name: 'q-table', shape: TABLE_SHAPE, classes: 0 },
  training: { steps: STEPS },
  exchange: { localSteps: 2 },
  // Neighbouring moves differ by a hundredth in value: they must not be mixed up by what agents disagree on.
  averaging: { topology: 'complete', consensusDistance: 1e-5 },
}

const regions = Array.from({ length: REGIONS }, (_, i) => i + 1)

/** The tables of agents that never meet. */
async function learnAlone(): Promise<Table[]> {
  return await Promise.all(
    regions.map(async region => {
      const agent = createAgent(region)
      const table = await agent.initial()
      const { update } = await agent.train(table, STEPS)
      return table.map((value, i) => value + update[i])
    }),
  )
}

/** The table on which agents agree that gossip while they learn. */
async function learnTogether(): Promise<Table> {
  const peers: Peer[] = []
  try {
    for (const region of regions) {
      const connect = peers.flatMap(peer => peer.addresses())
      const network = { listen: ['/ip4/127.0.0.1/tcp/0'], connect, mdns: false }
      const peer = await createPeer({ recipe, trainer: createAgent(region), network })
      peers.push(peer)
      await peer.listen()
    }
    await Promise.all(peers.map(peer => peer.start()))
    const signal = AbortSignal.timeout(PATIENCE_MS)
    await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))
    return peers[0].parameters()
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
}

const meanOf = (tables: readonly Table[]): Table =>
  new Float32Array(TABLE_LENGTH).map((_, i) => tables.reduce((sum, table) => sum + table[i], 0) / tables.length)

const report = (who: string, table: Table) =>
  console.log(`${who.padEnd(32)} leads to the goal from ${solved(table).size} of ${starts.length} cells`)

const [alone, together] = await Promise.all([learnAlone(), learnTogether()])
for (const [i, table] of alone.entries()) report(`agent ${regions[i]} alone`, table)
report('their mean, merged once', meanOf(alone))
report('the table that they gossiped', together)
console.log(`\n${draw(together)}`)
