import { AUTO_COMPRESSION, type CODECS, type NameIn } from '../../catalogue.ts'
import type { Codec } from '../../parameters/codecs/codec.ts'
import { int8 } from '../../parameters/codecs/int8.ts'
import { qsgdInBuckets } from '../../parameters/codecs/qsgd.ts'
import { faithfulCodecs, parseCodec } from '../../parameters/codecs/registry.ts'
import type { PeerId, Random } from '../ports.ts'
import type { Coding } from './coding.ts'
import { createDense } from './dense.ts'
import { createPlain } from './plain.ts'
import { createRandomIndices } from './random-indices.ts'
import { createReferenced } from './referenced.ts'
import { createReferences, type References } from './references.ts'
import { createSparse } from './sparse.ts'
import { createTopkIndices } from './topk-indices.ts'

/** How the frames of one exchange are to travel. */
export interface Opening {
  /** The codec's name, as proposed: one that {@link acceptsCodec} accepts. */
  readonly codec: string
  readonly partner: PeerId
  /** Id of the exchange. */
  readonly id: string
  /** w of the exchange. */
  readonly weight: number
  /** The last exchange with this partner whose reference is held: what both sides named in the handshake, if it was the same. */
  readonly reference?: string
}

/** The codings of one peer's exchanges, and what they remember from one to the next: nothing that outlives a crash. */
export interface Codings {
  /** For one exchange, of which there is one at a time with a partner; `end` it in any case. @throws UsageError for no codec */
  open(opening: Opening): Coding
  /** The last exchange with this partner whose reference is held, to be named in the handshake. */
  reference(partner: PeerId): string | undefined
  /** The parameters have become what others hold too, as a latecomer's: no change of theirs is unsent. */
  adopted(): void
}

export interface CodingsOptions {
  /** The peer's own, as they are at any time. At first and by their size they are taken for what everybody starts from. */
  readonly parameters: Float32Array
  readonly random: Random
  /** The recipe's. */
  readonly compression: string
}

/** The state that the codings of one peer share. */
interface Memory {
  readonly random: Random
  readonly references: References
  /** The u of topk, one for all partners; made when it is first asked for. */
  lastSent(): Float32Array
}

/** How one codec travels between peers. */
interface Travelling {
  /** Whether every element of a frame travels, and not some that are picked. */
  readonly whole: boolean
  /** Whether what was last sent of each element is remembered, from what everybody starts from. */
  readonly remembers: boolean
  /** @param parameter what follows the colon of its name */
  open(opening: Opening, codec: Codec, parameter: string, memory: Memory): Coding
}

const whole = { whole: true, remembers: false }
const some = { whole: false, remembers: false }

/** A codec that is in the catalogue and not here is an error of types. */
const travelling: Readonly<Record<NameIn<typeof CODECS>, Travelling>> = {
  none: { ...whole, open: ({ weight }) => createPlain(weight) },
  fp16: { ...whole, open: ({ weight }, codec, _parameter, { random }) => createDense(codec, weight, random) },
  int8: { ...whole, open: (opening, codec, _parameter, memory) => openReferenced(opening, codec, memory) },
  qsgd: {
    ...whole,
    open: (opening, { name }, levels, memory) => openReferenced(opening, qsgdInBuckets(name, Number(levels)), memory),
  },
  randk: {
    ...some,
    open: ({ weight }, _codec, fraction, { random }) =>
      createSparse(createRandomIndices(Number(fraction), random), weight),
  },
  topk: {
    ...some,
    remembers: true,
    open({ weight }, _codec, fraction, { random, lastSent }) {
      const u = lastSent()
      return createSparse(createTopkIndices(Number(fraction), u, random), weight, ({ first }, { indices, values }) => {
        for (let i = 0; i < indices.length; i++) u[first + indices[i]] = values[i]
      })
    },
  },
}

function openReferenced({ partner, id, weight, reference: named }: Opening, codec: Codec, memory: Memory): Coding {
  const { random, references } = memory
  const reference = references.take(partner, named)
  const keep = () => references.keep(partner, id, reference)
  return createReferenced({ codec, first: int8, reference, weight, random, keep })
}

/** @throws UsageError for no codec */
function lookUp(name: string): { readonly codec: Codec; readonly travels: Travelling; readonly parameter: string } {
  const codec = parseCodec(name)
  const [family, parameter = ''] = name.split(':')
  return { codec, travels: travelling[family as NameIn<typeof CODECS>], parameter }
}

export function createCodings({ parameters, random, compression }: CodingsOptions): Codings {
  const references = createReferences(parameters.length)
  let lastSent: Float32Array | undefined
  const memory: Memory = {
    random,
    references,
    lastSent() {
      lastSent ??= parameters.slice()
      return lastSent
    },
  }
  if (compression !== AUTO_COMPRESSION && lookUp(compression).travels.remembers) memory.lastSent()

  return {
    open(opening) {
      const { codec, travels, parameter } = lookUp(opening.codec)
      return travels.open(opening, codec, parameter, memory)
    },
    reference: references.named,
    adopted() {
      lastSent?.set(parameters)
    },
  }
}

/** Whether every element of a frame travels, and not some that are picked. */
export function isWhole(codec: string): boolean {
  return lookUp(codec).travels.whole
}

/** Whether a peer of a swarm with this compression in its recipe may propose this codec: the recipe's, or to lose nothing. */
export function acceptsCodec(compression: string, codec: string): boolean {
  if (codec === 'none') return true
  return compression === AUTO_COMPRESSION ? faithfulCodecs.some(({ name }) => name === codec) : codec === compression
}
