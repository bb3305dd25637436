import { int8 } from '../../parameters/codecs/int8.ts'
import { qsgdInBuckets } from '../../parameters/codecs/qsgd.ts'
import { parseCodec } from '../../parameters/codecs/registry.ts'
import { AUTO_COMPRESSION } from '../../recipe/recipe.ts'
import type { PeerId, Random } from '../ports.ts'
import type { Coding } from './coding.ts'
import { createDense } from './dense.ts'
import { createPlain } from './plain.ts'
import { createRandomPlaces } from './random-indices.ts'
import { createReferenced } from './referenced.ts'
import { createReferences } from './references.ts'
import { createSparse, type Said } from './sparse.ts'
import { createNewsPlaces } from './topk-indices.ts'

/** How the frames of one exchange are to travel. */
export interface Opening {
  /** As the proposer named it: one that {@link acceptsCodec} accepts. */
  readonly codec: string
  readonly partner: PeerId
  /** Of the exchange. */
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
  /** The parameters have become what others hold too, as a latecomer's: nothing of them is news. */
  adopted(): void
}

export interface CodingsOptions {
  /** The peer's own, as they are at any time. At first and by their size they are taken for what everybody starts from. */
  readonly parameters: Float32Array
  readonly random: Random
  /** The recipe's. */
  readonly compression: string
}

export function createCodings({ parameters, random, compression }: CodingsOptions): Codings {
  const references = createReferences(parameters.length)
  /** u of topk, one for all partners. */
  let said = compression.startsWith('topk:') ? parameters.slice() : undefined

  function openNews(fraction: number, weight: number): Coding {
    said ??= parameters.slice()
    const u = said
    return createSparse(createNewsPlaces(fraction, u, random), weight, ({ first }, { indices, values }: Said) => {
      for (let i = 0; i < indices.length; i++) u[first + indices[i]] = values[i]
    })
  }

  return {
    open({ codec: name, partner, id, weight, reference: named }) {
      const codec = parseCodec(name)
      const [family, parameter] = name.split(':')
      if (family === 'none') return createPlain(weight)
      if (family === 'topk') return openNews(Number(parameter), weight)
      if (family === 'randk') return createSparse(createRandomPlaces(Number(parameter), random), weight)
      if (family === 'fp16') return createDense(codec, weight, random)
      const reference = references.take(partner, named)
      return createReferenced({
        codec: family === 'qsgd' ? qsgdInBuckets(name, Number(parameter)) : codec,
        first: int8,
        reference,
        weight,
        random,
        keep: () => references.keep(partner, id, reference),
      })
    },
    reference: references.named,
    adopted() {
      said?.set(parameters)
    },
  }
}

/** Whether every element of a frame travels, and not some that are picked. */
export function isWhole(codec: string): boolean {
  return !codec.startsWith('topk:') && !codec.startsWith('randk:')
}

/** With `auto`, what a peer may propose. */
const AUTO: readonly string[] = ['none', 'fp16', 'int8']

/** Whether a peer of a swarm with this compression in its recipe may propose this codec: the recipe's, or to lose nothing. */
export function acceptsCodec(compression: string, codec: string): boolean {
  return codec === 'none' || (compression === AUTO_COMPRESSION ? AUTO.includes(codec) : codec === compression)
}
