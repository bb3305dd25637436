/**
 * Members that run our own core over real sockets and lie in what they merge, `--lie NAME`: as many as it has identities, which share what they
 * hear. Each trains on a shard of its own, the last of `--of N`.
 */

import { loadDataset } from '../../../src/data/sources.ts'
import { createPeer, type Peer } from '../../../src/index.ts'
import { shardsOf } from '../../../src/library/fit-data.ts'
import { createRandom } from '../../../src/random/random.ts'
import { memberNetwork, readScene, tell, untilConnected } from '../attack.ts'
import { forgeryNamed } from '../forging/forgeries.ts'
import { createConspiracy, forgeExchanges, type SketchOf } from '../forging/forging-network.ts'

/** How often it is told how many lies there were. */
const TELL_MS = 1_000

const scene = readScene()
const { recipe, sketcher, of, partition, identities } = scene
const forgery = forgeryNamed(scene.lie)
const conspiracy = createConspiracy(createRandom('lies'))

async function startForger(each: number): Promise<void> {
  const index = of - identities + each
  // Every peer draws digits of its own, as the honest ones do.
  const { train, test } = await loadDataset('digits', { seed: index })
  const shard = shardsOf(train, { of, partition, seed: 1 })[index]
  const network = await memberNetwork(scene, each)
  let peer: Peer | undefined
  const { forge } = forgery
  const forged = forge && {
    forge,
    conspiracy,
    own: () => peer?.parameters(),
    sketch: sketcher.sketch,
    sketchOf: scene.sketchOf as SketchOf,
  }
  peer = await createPeer({
    recipe,
    data: { train: forgery.poison?.(shard) ?? shard, test },
    network: forged === undefined ? network : forgeExchanges(network, forged),
    backend: 'wasm',
  })
  await peer.start()
  await untilConnected(network, scene)
}

await Promise.all(Array.from({ length: identities }, (_, each) => startForger(each)))
setInterval(() => tell('told', { lies: conspiracy.told }), TELL_MS)
tell('ready')
