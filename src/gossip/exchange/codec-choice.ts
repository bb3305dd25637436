import { areWithin } from '../../averaging/sketch.ts'
import { acceptsCodec, isWhole } from '../coding/codings.ts'
import type { Events } from '../events.ts'
import type { Membership } from '../membership/membership.ts'
import type { CompressionChoice } from '../pace/choose-compression.ts'
import type { PeerPhase } from '../phase.ts'
import type { PeerId } from '../ports.ts'
import { CODED_DISTANCES } from './constants.ts'

/** How parameters travel in the next exchange, and how they may in a partner's. */
export interface CodecChoice {
  /** The name of a codec, for an exchange with this partner. */
  next(partner: PeerId): string
  /** Whether a partner may propose this codec. */
  accepts(codec: string): boolean
}

const NO_COMPRESSION = 'none'

export interface CodecChoiceOptions {
  /** The recipe's: the name of a codec, or `auto`. */
  readonly compression: string
  /** Picks one by what exchanges take, with `auto`. */
  readonly auto: CompressionChoice | undefined
  /** Local steps that this peer is to train. */
  readonly steps: number
  readonly phase: PeerPhase
  readonly events: Events
  /** The recipe's relative consensus distance. */
  readonly target: number
  readonly choice: {
    /** Of this peer's parameters as they are. */
    sketch(): Float32Array
  }
  readonly membership: Pick<Membership, 'get'>
}

export function createCodecChoice(options: CodecChoiceOptions): CodecChoice {
  const { compression, auto, steps, phase, events, target, choice, membership } = options
  /** The one that was told of last. */
  let told: string | undefined

  function compressed(): string {
    if (auto === undefined) return compression
    const { codec, reason } = auto.now()
    if (codec.name !== told) events.emit('compression', { codec: codec.name, reason })
    told = codec.name
    return codec.name
  }

  function isFarFrom(partner: PeerId): boolean {
    const theirs = membership.get(partner)?.announcement.sketch
    return theirs !== undefined && !areWithin(CODED_DISTANCES * target, choice.sketch(), theirs)
  }

  return {
    next(partner) {
      if (steps === 0 || phase.now() === 'training') return compressed()
      // Training may do without what compression loses; that everybody agrees in the end may not. On the way there it loses less than is left.
      if (!isFarFrom(partner)) return NO_COMPRESSION
      const codec = compressed()
      return isWhole(codec) ? codec : NO_COMPRESSION
    },
    accepts: codec => acceptsCodec(compression, codec),
  }
}
