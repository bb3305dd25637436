import { describe, expect, test } from 'vitest'
import { createSketcher } from '../../../src/averaging/sketch.ts'
import { BODY_OFFSET, sealFrame } from '../../../src/gossip/exchange/frame-message.ts'
import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import type { Channel, FrameStream } from '../../../src/gossip/ports.ts'
import { receive, send } from '../../../src/gossip/streams/messages.ts'
import { littleEndianBytes } from '../../../src/parameters/little-endian.ts'
import { norm } from '../../../src/parameters/vectors.ts'
import { announcementOf } from '../announcements.ts'
import { createAveragingWorld } from '../averaging-world.ts'
import { createByzantinePeer, never } from '../byzantine-peer.ts'
import { createDriftTrainer } from '../drift-trainer.ts'

const LENGTH = 64
const STEPS = 400
const NORM = 0.999e6
const sketcher = createSketcher(LENGTH, SKETCH_BUCKETS, 0xc0c0c0c0)
const far = new Float32Array(LENGTH).fill(NORM / Math.sqrt(LENGTH))

/** Agrees to every exchange, and says that its parameters are a vector from far away. */
async function sendFar(channel: Channel, stream: FrameStream): Promise<void> {
  if (channel !== 'exchange') throw new Error('not now')
  await receive(stream, 'propose', never)
  await send(stream, { type: 'accept', weight: 0.5, age: 100, done: false, voice: 1 }, never)
  await stream.read(never)
  const frame = new Uint8Array(BODY_OFFSET + far.byteLength)
  frame.set(littleEndianBytes(far), BODY_OFFSET)
  await stream.write(sealFrame(frame, 0, 0, far.byteLength), never)
  await stream.read(never)
}

/** Five peers that train, and one that sends them something else than it announces, or the same. */
async function trainBeside(announces: 'what others have' | 'what it sends') {
  const world = createAveragingWorld({
    peers: 5,
    steps: STEPS,
    localSteps: 5,
    minimumPeers: 5,
    trainer: async (_index, _random, clock) => createDriftTrainer(clock),
  })
  await world.startAll()
  await world.until(() => world.simulatedPeers.every(({ gossip }) => (gossip?.status().age ?? 0) > STEPS / 2))
  let asked = 0
  const liar = await createByzantinePeer(world, (channel, stream) => {
    if (channel === 'exchange') asked++
    return sendFar(channel, stream)
  })
  const own = () => world.simulatedPeers[0].gossip?.parameters() ?? far
  liar.announce(() =>
    announcementOf({
      phase: 'training',
      done: false,
      age: STEPS / 2,
      sketch: sketcher.sketch(announces === 'what it sends' ? far : own()),
    }),
  )
  await world.wait(2_000)
  const warnings = world.events.filter(line => line.includes(' warning ') && line.includes('byzantine'))
  const norms = world.simulatedPeers.map(({ gossip }) => norm(gossip?.parameters() ?? far))
  await world.during(liar.network.stop())
  return { asked, warnings, norms }
}

describe('a vector far beyond all others, and within the norm of the recipe', () => {
  test('is merged by nobody, and counts against one that announces another', async () => {
    const { asked, warnings, norms } = await trainBeside('what others have')
    expect(asked).toBeGreaterThan(0)
    expect(Math.max(...norms)).toBeLessThan(2 * STEPS * Math.sqrt(LENGTH))
    expect(warnings.join()).toMatch(/sent what no peer of this swarm sends.*is not what it has announced of them/)
  })

  test('is merged by nobody, and does not count against one that announces it', async () => {
    const { asked, warnings, norms } = await trainBeside('what it sends')
    expect(asked).toBeGreaterThan(0)
    expect(Math.max(...norms)).toBeLessThan(2 * STEPS * Math.sqrt(LENGTH))
    expect(warnings.join()).toMatch(/above the [\d,]+ that is explained by this peer's own and those of the others/)
    expect(warnings.join()).not.toContain('sent what no peer')
  })
})
