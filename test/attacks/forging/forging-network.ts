/**
 * A member that lies in what it merges, and in nothing else. Behind its network runs our own core: it announces, proposes, answers, keeps to its
 * rounds, settles and seals as anybody does, and believes that it has sent its own parameters. So it follows the swarm with an honest vector,
 * as often as an honest peer, and no message of it is out of place but for what the frames of its exchanges say.
 *
 * @packageDocumentation
 */

import type { Attack, AttackView } from '../../../src/averaging/attacks/attack.ts'
import { BODY_OFFSET, sealFrame } from '../../../src/gossip/exchange/frame-message.ts'
import type { FrameStream, Network, PeerId } from '../../../src/gossip/ports.ts'
import { littleEndianBytes, readLittleEndian } from '../../../src/parameters/little-endian.ts'
import type { Random } from '../../../src/random/random.ts'
import { decorateStreams, frameType } from '../../simulations/decorated-network.ts'

/** What liars know of one another, and what they have heard together. */
export interface Conspiracy {
  readonly liars: Set<PeerId>
  /** The newest vector that each honest peer has sent to one of them. */
  readonly heard: Map<PeerId, Float32Array>
  readonly random: Random
  /** Lies that were told so far. */
  told: number
}

export function createConspiracy(random: Random): Conspiracy {
  return { liars: new Set(), heard: new Map(), random, told: 0 }
}

/** Of which vector a liar sends the sketch before its frames: of the lie that they carry, or of what an honest peer would send. */
export type SketchOf = 'lie' | 'own'

export interface ForgingOptions {
  readonly forge: NonNullable<Attack['forge']>
  readonly conspiracy: Conspiracy
  /** The parameters that its core holds now; undefined before there is a core. */
  readonly own: () => Float32Array | undefined
  /** The swarm's sketch of a vector. */
  readonly sketch: (vector: Float32Array) => Float32Array
  readonly sketchOf: SketchOf
}

/** The fields of `propose` and `accept` that concern a lie. */
interface Terms {
  readonly weight: number
  /** In a swarm that clips. */
  readonly reach?: { readonly sketch: string; readonly radius?: number }
}

/** The network of a peer that is a liar from now on. Exchanges carry whole models, as float32, in one frame. */
export function forgeExchanges(network: Network, options: ForgingOptions): Network {
  options.conspiracy.liars.add(network.self)
  return decorateStreams(network, (stream, channel) =>
    channel === 'exchange' ? forgedStream(stream, options) : stream,
  )
}

function forgedStream(stream: FrameStream, { forge, conspiracy, own, sketch, sketchOf }: ForgingOptions): FrameStream {
  const { peer } = stream
  const { liars, heard, random } = conspiracy
  /** That of the exchange, as far as it is known: the smaller of both sides'. */
  let weight = Number.POSITIVE_INFINITY
  /** What this exchange says, once that is decided. */
  let lie: Float32Array | undefined

  function viewOf(honest: Float32Array): AttackView {
    const others = [...heard].filter(([other]) => other !== peer)
    return {
      own: honest,
      receiver: heard.get(peer) ?? honest,
      honest: others.map(([, vector]) => ({ weight, vector })),
      byzantine: { count: liars.size, weight: liars.size * weight },
      random,
    }
  }

  function decide(honest: Float32Array): Float32Array {
    const forged = new Float32Array(honest.length)
    forge(viewOf(honest), forged)
    conspiracy.told++
    return forged
  }

  /**
   * What is said before the frames. With a sketch of what the frames will say, that is decided now; without a radius the honest side's own is the
   * only one that bounds it.
   */
  function forgedTerms(frame: Uint8Array): Uint8Array {
    const { reach, ...terms } = termsOf(frame)
    const honest = own()
    if (reach === undefined || honest === undefined || liars.has(peer)) return frame
    return Buffer.from(JSON.stringify({ ...terms, reach: { sketch: forgedSketch(reach.sketch, honest) } }))
  }

  function forgedSketch(honestly: string, honest: Float32Array): string {
    if (sketchOf === 'own') return honestly
    lie = decide(honest)
    return Buffer.from(littleEndianBytes(sketch(lie))).toString('base64')
  }

  function forgedFrame(frame: Uint8Array): Uint8Array {
    const header = new DataView(frame.buffer, frame.byteOffset, BODY_OFFSET)
    const honest = valuesOf(frame)
    lie ??= decide(honest)
    if (lie.length !== honest.length) throw new Error('a forged vector travels in one frame, as float32')
    const memory = new Uint8Array(BODY_OFFSET + lie.byteLength)
    memory.set(littleEndianBytes(lie), BODY_OFFSET)
    return sealFrame(memory, header.getUint32(0, true), header.getUint32(4, true), lie.byteLength)
  }

  function termsOf(frame: Uint8Array): Terms {
    const terms = JSON.parse(new TextDecoder().decode(frame)) as Terms
    weight = Math.min(weight, terms.weight)
    return terms
  }

  const kindOf = (frame: Uint8Array) => {
    const type = frameType(frame)
    if (type === 'propose' || type === 'accept') return 'terms'
    // What is shorter is a mark, or the name of a namespace.
    return type === 'frame' && frame.byteLength > BODY_OFFSET ? 'frame' : 'other'
  }

  return {
    ...stream,
    async write(frame, abort) {
      const kind = kindOf(frame)
      // Liars tell each other the truth, as honest peers would.
      if (kind === 'terms') await stream.write(forgedTerms(frame), abort)
      else if (kind === 'frame' && !liars.has(peer)) await stream.write(forgedFrame(frame), abort)
      else await stream.write(frame, abort)
    },
    async read(abort) {
      const frame = await stream.read(abort)
      const kind = kindOf(frame)
      if (kind === 'terms') termsOf(frame)
      else if (kind === 'frame' && !liars.has(peer)) heard.set(peer, valuesOf(frame))
      return frame
    },
  }
}

/** A copy of what a frame carries. */
function valuesOf(frame: Uint8Array): Float32Array {
  const body = frame.subarray(BODY_OFFSET)
  const values = new Float32Array(body.byteLength / Float32Array.BYTES_PER_ELEMENT)
  readLittleEndian(body, values)
  return values
}
