import { describe, expect, test } from 'vitest'
import { adpsgd } from '../../../src/averaging/rules/adpsgd.ts'
import { createCodecChoice } from '../../../src/gossip/exchange/codec-choice.ts'
import { CODED_DISTANCES } from '../../../src/gossip/exchange/constants.ts'
import type { Phase } from '../../../src/gossip/phase.ts'
import { announcementOf } from '../announcements.ts'
import { createAveragingWorld } from '../averaging-world.ts'
import { createPullTrainer } from '../pull-trainer.ts'

const TARGET = 0.001

/** A peer at 1 whose partner says that it is somewhere. */
function codecTo(at: number, phase: Phase, compression = 'int8', steps = 100): string {
  const announcement = announcementOf({ sketch: Float32Array.of(at) })
  return createCodecChoice({
    compression,
    auto: undefined,
    steps,
    phase: { now: () => phase } as Parameters<typeof createCodecChoice>[0]['phase'],
    events: { emit() {} } as unknown as Parameters<typeof createCodecChoice>[0]['events'],
    target: TARGET,
    choice: { sketch: () => Float32Array.of(1) },
    membership: { get: peer => (peer === 'partner' ? { peer, heard: 0, announcement } : undefined) },
  }).next('partner')
}

const FAR = 1 + 2 * CODED_DISTANCES * TARGET
const NEAR = 1 + TARGET

describe('what an exchange travels in', () => {
  test('is the compression of the recipe while a peer trains, or trains nothing', () => {
    expect(codecTo(NEAR, 'training')).toBe('int8')
    expect(codecTo(NEAR, 'averaging', 'int8', 0)).toBe('int8')
    expect(codecTo(NEAR, 'training', 'topk:0.1')).toBe('topk:0.1')
  })

  test('is that, too, after training, while the two are far from each other; then it loses nothing', () => {
    expect(codecTo(FAR, 'averaging')).toBe('int8')
    expect(codecTo(NEAR, 'averaging')).toBe('none')
    expect(codecTo(FAR, 'averaging', 'none')).toBe('none')
  })

  test('says every element after training', () => {
    expect(codecTo(FAR, 'averaging', 'topk:0.1')).toBe('none')
    expect(codecTo(FAR, 'averaging', 'randk:0.1')).toBe('none')
  })
})

test('a swarm that compresses agrees by compressed exchanges at first, and by exact ones in the end', async () => {
  const world = createAveragingWorld({
    peers: 6,
    steps: 50,
    localSteps: 5,
    minimumPeers: 6,
    rule: adpsgd,
    compression: 'int8',
    trainer: async (index, _random, clock) => createPullTrainer(index, clock),
  })
  await world.startAll()
  await world.until(() => world.simulatedPeers.every(({ gossip }) => gossip?.status().phase !== 'training'), 600_000)
  const trained = world.events.length
  await world.until(() => world.sealed(), 600_000)
  const codecs = world.events
    .slice(trained)
    .filter(line => / exchange .*"averaged"/.test(line))
    .map(line => (line.includes('"int8"') ? 'int8' : 'none'))
  // What others say of themselves is a second old, so the two overlap.
  const compressed = codecs.filter(codec => codec === 'int8').length
  expect(compressed).toBeGreaterThan(codecs.length / 2)
  expect(codecs.slice(0, 20)).not.toContain('none')
  expect(codecs.slice(-20)).toContain('none')
  for (const { gossip } of world.simulatedPeers) expect(gossip?.status()).toMatchObject({ inModel: true, members: 6 })
})
