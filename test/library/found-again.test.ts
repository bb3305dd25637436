import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, test } from 'vitest'
import { loadDataset } from '../../src/data/sources.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import type { Peer } from '../../src/library/peer.ts'

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'
const PEERS = 4

const folder = mkdtempSync(join(tmpdir(), 'hearsay-found-again-'))
const data = await loadDataset('digits', { seed: 1, samples: 200 })

/** Each with its own state; nobody finds anybody on the local network. */
async function start(index: number, network: { readonly listen: string; readonly connect?: string }): Promise<Peer> {
  const { listen, connect } = network
  const peer = await createPeer({
    recipe: { model: { name: 'linear' }, training: { steps: 1_000_000 } },
    data,
    backend: 'cpu',
    state: join(folder, String(index)),
    network: { listen: [listen], connect: connect === undefined ? [] : [connect], mdns: false },
  })
  await peer.start()
  return peer
}

async function allKnowAll(peers: readonly Peer[], milliseconds: number): Promise<void> {
  const signal = AbortSignal.timeout(milliseconds)
  const areAll = () => peers.every(peer => peer.status().peers.length === PEERS - 1)
  while (!areAll()) {
    signal.throwIfAborted()
    const next = AbortSignal.any([signal, AbortSignal.timeout(100)])
    await new Promise(resolve => next.addEventListener('abort', resolve, { once: true }))
  }
}

test('a swarm of which every peer restarts, and one at its old address, finds itself again with nobody told of anybody', async () => {
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const first = await start(0, { listen: LOOPBACK })
  const connect = first.addresses()[0] ?? ''
  const others = await Promise.all(
    Array.from({ length: PEERS - 1 }, (_, i) => start(i + 1, { listen: LOOPBACK, connect })),
  )
  await allKnowAll([first, ...others], 30_000)

  // Not the one that everybody was told of.
  const [kept] = others
  const listen = kept?.addresses()[0]?.replace(/\/p2p\/.*/, '') ?? ''
  await Promise.all([first, ...others].map(peer => peer.stop()))
  const again = await Promise.all(
    Array.from({ length: PEERS }, (_, i) => start(i, { listen: i === 1 ? listen : LOOPBACK })),
  )
  onTestFinished(async () => void (await Promise.all(again.map(peer => peer.stop()))))
  await allKnowAll(again, 30_000)
}, 90_000)
