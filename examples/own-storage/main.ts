/**
 * Two peers keep what they learn in a database, and go on from it after a crash. See README.md.
 *
 *     node examples/own-storage/main.ts [FILE [STEPS]]
 */

import { DatabaseSync } from 'node:sqlite'
import { createIdentity, createPeer, loadDataset, type Peer, type RecipeInput } from '../../src/index.ts'
import { sqliteStorage } from './sqlite-storage.ts'

const [file = 'swarm.db', steps = '500'] = process.argv.slice(2)
const NAMES = ['anna', 'ben']

const recipe: RecipeInput = { model: { name: 'linear' }, averaging: { rule: 'dpsgd' } }
const data = await loadDataset('digits', { seed: 1 })

const database = new DatabaseSync(file)
database.exec('CREATE TABLE IF NOT EXISTS identity (peer TEXT PRIMARY KEY, key BLOB) STRICT')

/** What is stored is of one identity: that of the first time. */
async function identityOf(name: string): Promise<Uint8Array> {
  database.prepare('INSERT OR IGNORE INTO identity VALUES (?, ?)').run(name, await createIdentity())
  return database.prepare('SELECT key FROM identity WHERE peer = ?').get(name)?.key as Uint8Array
}

const peers: Peer[] = []
for (const [index, name] of NAMES.entries()) {
  const connect = peers.flatMap(peer => peer.addresses())
  const peer = await createPeer({
    recipe,
    data,
    steps: Number(steps),
    shard: { index, of: NAMES.length, partition: 'iid', seed: 1 },
    identity: await identityOf(name),
    storage: sqliteStorage(database, name),
    network: { listen: ['/ip4/127.0.0.1/tcp/0'], connect, mdns: false },
  })
  peers.push(peer)
  const { step } = peer.status()
  console.log(step === 0 ? `${name} begins` : `${name} goes on at step ${step}`)
  peer.addEventListener('round', ({ detail }) => console.log(`${name} is at step ${detail.step}`))
  await peer.listen()
}
await Promise.all(peers.map(peer => peer.start()))
for (const [i, peer] of peers.entries()) {
  const { parametersHash } = await peer.untilConsensus()
  console.log(`${NAMES[i]} sealed ${parametersHash}`)
}
await Promise.all(peers.map(peer => peer.stop()))
database.close()
