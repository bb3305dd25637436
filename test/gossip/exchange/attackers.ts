import { createSketcher } from '../../../src/averaging/sketch.ts'
import { BODY_OFFSET, sealFrame } from '../../../src/gossip/exchange/frame-message.ts'
import { encodeAnnouncement } from '../../../src/gossip/membership/announcement-bytes.ts'
import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import type { Channel, FrameStream, Network } from '../../../src/gossip/ports.ts'
import { receive, send } from '../../../src/gossip/streams/messages.ts'
import { announcementOf } from '../announcements.ts'
import type { AveragingWorld } from '../averaging-world.ts'
import { never } from '../byzantine-peer.ts'

const LENGTH = 64
const EVERY_MS = 200
const sketcher = createSketcher(LENGTH, SKETCH_BUCKETS, 0xc0c0c0c0)

export interface Attack {
  /** What it does with streams of others. Default: it lets them wait. */
  readonly answer?: (channel: Channel, stream: FrameStream) => Promise<void>
  /** What it does to each other, five times a second. */
  readonly act?: (network: Network, victim: string) => Promise<void>
}

export const forever = () => new Promise<never>(() => {})

/** Members of the swarm that say that they train as the others do, and do not run our core. */
export async function addAttackers(
  world: AveragingWorld,
  count: number,
  { answer = forever, act }: Attack,
): Promise<void> {
  for (let index = 0; index < count; index++) {
    const network = world.network.join(`attacker-${index}`)
    let sequence = 0
    await network.start({
      stream: answer,
      announcement: () => 'accept',
      connected() {},
      acquainted() {},
      disconnected() {},
    })
    const live = () => {
      const { gossip } = world.simulatedPeers[0]
      const { phase = 'training', age = 0 } = gossip?.status() ?? {}
      const sketch = sketcher.sketch(gossip?.parameters() ?? new Float32Array(LENGTH))
      const announcement = announcementOf({ phase: phase === 'averaging' ? phase : 'training', age, sketch })
      network.publish(encodeAnnouncement({ ...announcement, sequence: sequence++ })).catch(() => {})
      if (act !== undefined) for (const { peer } of world.simulatedPeers) act(network, peer).catch(() => {})
      world.clock.after(EVERY_MS, live)
    }
    live()
  }
}

let exchanges = 0

/** Begins an exchange. @returns the stream, once the victim has agreed */
export async function propose(network: Network, victim: string): Promise<FrameStream> {
  const stream = await network.open(victim, 'exchange', never)
  const part = { length: LENGTH, first: 0, end: LENGTH }
  const terms = { weight: 0.5, age: 0, codec: 'none', done: false, voice: 1 }
  await send(stream, { type: 'propose', id: `x${exchanges++}`, ...part, ...terms }, never)
  await receive(stream, 'accept', never)
  return stream
}

/** Begins one, has the victim prepare its only frame, and says nothing more. */
export async function leaveInDoubt(network: Network, victim: string): Promise<void> {
  const stream = await propose(network, victim)
  await stream.write(sealFrame(new Uint8Array(BODY_OFFSET + 4 * LENGTH), 0, 0, 4 * LENGTH), never)
  await stream.read(never)
  stream.abort(new Error('and now nothing'))
}

export async function accept(stream: FrameStream): Promise<void> {
  await receive(stream, 'propose', never)
  await send(stream, { type: 'accept', weight: 0.5, age: 0, done: false, voice: 1 }, never)
}
