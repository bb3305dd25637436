import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createPeer, type Dataset, type Peer, type PeerEvents } from '../../src/index.ts'
import { decodeCheckpoint } from '../../src/public/models.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const recipe = {
  model: { name: 'linear', shape: [2], classes: 2 },
  training: { steps: 400, learningRate: 0.1 },
  exchange: { localSteps: 5 },
}

/** Two classes at a distance; the last samples of a poisoned one are so far out that no float32 holds their logits. */
function points(poisoned: boolean): Dataset {
  const labels = Int32Array.from({ length: 320 }, (_, i) => i % 2)
  const inputs = Float32Array.from({ length: 640 }, (_, i) => 2 * labels[i >> 1] - 1 + ((i * 37) % 11) / 20)
  if (poisoned) inputs.fill(3e38, 638)
  return { name: 'points', inputs, labels, shape: [2], classes: 2 }
}

function once<Name extends keyof PeerEvents>(peer: Peer, name: Name): Promise<PeerEvents[Name]> {
  return new Promise(resolve => peer.addEventListener(name, ({ detail }) => resolve(detail), { once: true }))
}

const allFinite = (vector: Float32Array) => vector.every(Number.isFinite)

test('a peer that diverges says where, keeps its last finite parameters, and tells nobody else’s', async () => {
  const state = mkdtempSync(join(tmpdir(), 'hearsay-diverging-'))
  folders.push(state)
  const sound = points(false)
  const make = (train: Dataset, connect: readonly string[], folder?: string) =>
    createPeer({
      recipe,
      data: { train, test: sound },
      network: { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, connect },
      state: folder,
      seed: 1,
    })
  const healthy = await make(sound, [])
  await healthy.listen()
  const ill = await make(points(true), healthy.addresses(), state)
  try {
    const [failed, trained, stopped] = [once(ill, 'failed'), once(healthy, 'trained'), once(ill, 'stopped')]
    await Promise.all([healthy.start(), ill.start()])
    const { error } = await failed
    expect(error.name).toBe('TrainingDivergedError')
    expect(error.message).toMatch(/at step \d+, with sgd and a learning rate of 0\.1\./)
    expect(allFinite(ill.parameters())).toBe(true)
    await ill.stop('failed')
    const { checkpoint: file } = await stopped
    const { checkpoint } = decodeCheckpoint(readFileSync(file as string), file as string)
    expect(allFinite(checkpoint.parameters)).toBe(true)

    await trained
    expect(allFinite(healthy.parameters())).toBe(true)
    expect((await healthy.evaluate()).accuracy).toBeGreaterThan(0.9)
  } finally {
    await Promise.all([healthy.stop(), ill.stop()])
  }
}, 40_000)
