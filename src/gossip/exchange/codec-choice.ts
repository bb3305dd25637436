import { acceptsCodec } from '../coding/codings.ts'
import type { Events } from '../events.ts'
import type { CompressionChoice } from '../pace/choose-compression.ts'
import type { PeerPhase } from '../phase.ts'

/** How parameters travel in the next exchange, and how they may in a partner's. */
export interface CodecChoice {
  /** The name of a codec. */
  next(): string
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
}

export function createCodecChoice({ compression, auto, steps, phase, events }: CodecChoiceOptions): CodecChoice {
  /** The one that was told of last. */
  let told: string | undefined

  return {
    next() {
      // Training may do without what compression loses; that everybody agrees in the end may not.
      if (steps > 0 && phase.now() !== 'training') return NO_COMPRESSION
      if (auto === undefined) return compression
      const { codec, reason } = auto.now()
      if (codec.name !== told) events.emit('compression', { codec: codec.name, reason })
      told = codec.name
      return codec.name
    },
    accepts: codec => acceptsCodec(compression, codec),
  }
}
