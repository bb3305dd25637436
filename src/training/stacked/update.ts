import type { Layout } from '../../parameters/layout.ts'
import { ADAM_BETA_1, ADAM_BETA_2, ADAM_EPSILON } from '../constants.ts'
import { learningRateAt } from '../optimizers/learning-rate.ts'
import { momentsOf } from '../optimizers/moments.ts'
import type { OptimizerSpec } from '../optimizers/optimizer-spec.ts'
import type { StackedHost } from './layer.ts'
import { partOf, type Team } from './team.ts'

/** An optimizer's step, in place, of which each thread of a team makes its part: the equations of `../optimizers/optimizer.ts`. */
export interface StackedUpdate {
  /** Names of the vectors, as long as the parameters, that each peer must have, zeros at first. */
  readonly moments: readonly string[]
  /**
   * @param parameters, gradient addresses of vectors
   * @param momentsAt address of the peer's {@link moments}, one after the other
   * @param ofRun which step of the run, counted from 1: where it stands in the schedule
   * @param seen which step these moments see, counted from 1
   */
  apply(parameters: number, gradient: number, momentsAt: number, ofRun: number, seen: number): void
}

export function createUpdate(
  { module, team }: Pick<StackedHost, 'module' | 'team'>,
  spec: OptimizerSpec,
  layout: Layout,
): StackedUpdate {
  const { clipNorm } = spec
  const moments = momentsOf(spec)
  const vectorBytes = layout.length * Float32Array.BYTES_PER_ELEMENT
  const stretches = stretchesOf(layout, spec.weightDecay ?? 0).map(stretch => ownPart(team, stretch))

  /** The factor of a gradient that brings its norm to at most what is allowed. */
  function scaleOf(gradient: number): number {
    if (clipNorm === undefined) return 1
    return Math.min(1, clipNorm / Math.sqrt(module.sumOfSquares(gradient, layout.length)))
  }

  if (spec.name === 'sgd') {
    const { momentum } = spec
    return {
      moments,
      apply(parameters, gradient, momentsAt, ofRun) {
        const η = learningRateAt(spec, ofRun)
        const scale = scaleOf(gradient)
        for (const { at, length, decay } of stretches) {
          const m = momentum === 0 ? 0 : momentsAt + at
          module.sgd(parameters + at, gradient + at, m, length, η, momentum, decay, scale)
        }
      },
    }
  }

  const beta1 = ADAM_BETA_1
  const beta2 = spec.beta2 ?? ADAM_BETA_2
  const decoupled = spec.name === 'adamw'
  return {
    moments,
    apply(parameters, gradient, momentsAt, ofRun, seen) {
      const η = learningRateAt(spec, ofRun)
      const scale = scaleOf(gradient)
      const correction = Math.sqrt(1 - beta2 ** seen)
      const rate = (η * correction) / (1 - beta1 ** seen)
      for (const { at, length, decay } of stretches) {
        module.adam(
          parameters + at,
          gradient + at,
          momentsAt + at,
          momentsAt + vectorBytes + at,
          length,
          rate,
          beta1,
          1 - beta1,
          beta2,
          1 - beta2,
          ADAM_EPSILON * correction,
          decoupled ? 0 : decay,
          decoupled ? η * decay : 0,
          scale,
        )
      }
    },
  }
}

/** Elements that one thread updates at least: those of a line of the cache. */
const FEWEST_UPDATED = 16

/** This thread's part of a stretch. */
function ownPart(team: Team, { at, length, decay }: Stretch): Stretch {
  const [first, end] = partOf(team, length, FEWEST_UPDATED)
  return { at: at + first * Float32Array.BYTES_PER_ELEMENT, length: end - first, decay }
}

/** Neighbouring tensors that decay alike. */
interface Stretch {
  /** The offset at which it begins, in bytes. */
  readonly at: number
  /** Elements. */
  readonly length: number
  readonly decay: number
}

/** Only matrices and filters decay, not biases; without decay all is one stretch. */
function stretchesOf({ tensors }: Layout, weightDecay: number): Stretch[] {
  const stretches: Stretch[] = []
  for (const { offset, size, shape } of tensors) {
    const decay = shape.length >= 2 ? weightDecay : 0
    const last = stretches.at(-1)
    if (last?.decay === decay) stretches[stretches.length - 1] = { ...last, length: last.length + size }
    else stretches.push({ at: offset * Float32Array.BYTES_PER_ELEMENT, length: size, decay })
  }
  return stretches
}
