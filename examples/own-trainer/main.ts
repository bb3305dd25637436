/**
 * Three peers fit one line, each to points that lie in another place. See README.md.
 *
 *     node examples/own-trainer/main.ts
 */

import { createPeer, type Peer, type RecipeInput } from '../../src/index.ts'
import { createRandom } from '../../src/public/algorithms.ts'
import { lineTrainer, type Point, squaredError } from './line.ts'

const STEPS = 200
const PATIENCE_MS = 30_000

const random = createRandom('own-trainer')
/** Points around y = 2 x − 1, scattered by as much as a third of what it rises over a peer's own stretch. */
const pointsBetween = (least: number, most: number, count: number): Point[] =>
  Array.from({ length: count }, () => {
    const x = least + (most - least) * random.uniform()
    return [x, 2 * x - 1 + 0.5 * random.normal()]
  })

const shards = [pointsBetween(-1, -0.6, 30), pointsBetween(-0.2, 0.2, 30), pointsBetween(0.6, 1, 30)]
const test = pointsBetween(-1, 1, 200)

const recipe: RecipeInput = {
  // A name on which the peers agree; what it means, their trainer knows.
  model: { name: 'line', shape: [2], classes: 0 },
  training: { steps: STEPS },
  averaging: { rule: 'dpsgd' },
  exchange: { localSteps: 5 },
}

async function learnAlone(own: readonly Point[]): Promise<Float32Array> {
  const trainer = lineTrainer(own, test)
  const { update } = await trainer.train(await trainer.initial(), STEPS)
  return update
}

async function learnTogether(): Promise<Float32Array[]> {
  const peers: Peer[] = []
  try {
    for (const own of shards) {
      const connect = peers.flatMap(peer => peer.addresses())
      const network = { listen: ['/ip4/127.0.0.1/tcp/0'], connect, mdns: false }
      const peer = await createPeer({ recipe, trainer: lineTrainer(own, test), network, minimumPeers: shards.length })
      peers.push(peer)
      await peer.listen()
    }
    await Promise.all(peers.map(peer => peer.start()))
    const signal = AbortSignal.timeout(PATIENCE_MS)
    await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))
    return peers.map(peer => peer.parameters())
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
}

const report = (who: string, line: Float32Array) =>
  console.log(
    `${who.padEnd(16)} y = ${line[0].toFixed(2)} x + ${line[1].toFixed(2)}   squared error ${squaredError(line, test).toFixed(3)}`,
  )

report('all in one place', await learnAlone(shards.flat()))
for (const [i, own] of shards.entries()) report(`peer ${i + 1} alone`, await learnAlone(own))
for (const [i, line] of (await learnTogether()).entries()) report(`peer ${i + 1} together`, line)
