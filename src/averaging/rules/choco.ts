import { UsageError } from '../../errors.ts'
import type { Codec } from '../../parameters/codecs/codec.ts'
import { compress } from '../../parameters/codecs/compress.ts'
import { addScaled, type Vector } from '../../parameters/vectors.ts'
import { MixingError } from '../mixing.ts'
import type { AveragingRule, ReceivedMessage } from '../rule.ts'
import { addWeightedDifferences } from '../weighted-differences.ts'

interface ChocoState {
  readonly x: Vector
  /** x̂_i: what the neighbours believe x_i to be. */
  readonly believed: Vector
  /** c_i = Σ_j w_ij (x̂_j − x̂_i): where the neighbours are, seen from here. */
  readonly towards: Vector
  /** q_i: the compressed difference sent in this round. */
  readonly sent: Vector
  readonly gamma: number
  /** Weights by peer, once they are known. */
  links: ReadonlyMap<number | string, number> | undefined
}

/**
 * CHOCO: peers tell their neighbours only what is new, compressed, and move towards what they know of each other:
 *
 * q_i = C(x_i − x̂_i); x̂_i ← x̂_i + q_i; x_i ← x_i + γ Σ_j w_ij (x̂_j − x̂_i).
 *
 * Koloskova, Stich and Jaggi 2019, "Decentralized Stochastic Optimization and Gossip Algorithms with Compressed
 * Communication". As in the paper's memory-efficient form nobody keeps the x̂_j of its neighbours, only their sum; here less
 * x̂_i, so that what is rounded becomes small as peers agree. The sum stands for messages that are never repeated, so links
 * must stay as they are and lose nothing.
 *
 * @param gamma γ in (0, 1]; by default see `defaultGamma`
 * @throws UsageError where there is no default
 */
export function choco(name: string, codec: Codec, gamma?: number): AveragingRule<ChocoState> {
  if (gamma === undefined && codec.contraction(1) === undefined) {
    throw new UsageError(
      `choco has no step size for ${codec.name}, which promises nothing of numbers beyond its range: write choco:GAMMA, as choco:1, or take dpsgd`,
    )
  }

  return {
    name,
    hint: 'compressed differences to neighbours that stay the same; few bytes',
    travels: 'compressed',
    mixing: 'symmetric',
    constantLinks: true,
    message: { vectors: 1, scalars: 0, to: 'all' },
    start(parameters, { allocate }) {
      const x = allocate(parameters.length)
      x.set(parameters)
      return {
        x,
        believed: allocate(parameters.length),
        towards: allocate(parameters.length),
        sent: allocate(parameters.length),
        gamma: gamma ?? defaultGamma(codec.contraction(parameters.length) ?? 1),
        links: undefined,
      }
    },
    train: ({ x }, update) => addScaled(x, 1, update),
    send({ x, believed, sent }, _link, message, random) {
      const [out] = message.vectors
      for (let i = 0; i < x.length; i++) sent[i] = x[i] - believed[i]
      const bytes = compress(codec, sent, random, out)
      sent.set(out)
      addScaled(believed, 1, sent)
      return bytes
    },
    merge(state, received) {
      const { x, towards, sent, gamma } = state
      state.links ??= new Map(received.map(({ peer, weight }) => [peer, weight]))
      requireLinks(state.links, received)
      const neighbours = received.map(({ weight, message }) => ({ weight, vector: message.vectors[0] }))
      addWeightedDifferences([towards], sent, neighbours)
      addScaled(x, gamma, towards)
    },
    estimate: ({ x }) => x,
  }
}

/**
 * γ = ω / (2 − ω): 1 where nothing is lost, and half the contraction where nearly everything is.
 *
 * The theory's step size, of the order of δ²ω with δ the spectral gap, is too small to be of use, as its authors say. What a
 * larger one must not do is outrun the x̂, which come closer to the x by a share ω a round. On complete and random regular
 * graphs randk begins to diverge at γ = ω, hence the half. Codecs that keep more than they promise bear more: topk at 1 and
 * 10 % on a ring 0.046 and 0.3.
 */
function defaultGamma(omega: number): number {
  return omega / (2 - omega)
}

function requireLinks(links: ReadonlyMap<number | string, number>, received: readonly ReceivedMessage[]): void {
  if (received.length === links.size && received.every(({ peer, weight }) => links.get(peer) === weight)) return
  throw new MixingError(
    'choco needs the same neighbours with the same weights in every round, and every message; where links change or lose messages take dpsgd, with fp16 or int8',
  )
}
