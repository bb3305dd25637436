import type { OptimizerSpec } from '../../../src/training/optimizers/optimizer-spec.ts'

/** One variable, in double precision. */
export interface ReferenceVariable {
  readonly value: number[]
  /** Whether it has two dimensions or more. */
  readonly isMatrix: boolean
}

/** The steps of an optimizer as the papers write them; nothing is moved, fused or rounded to single precision. */
export interface Reference {
  step(gradients: readonly (readonly number[])[]): void
}

/** @param rate share of the learning rate at a step, counted from 1: η_t of Loshchilov and Hutter */
export function createReference(
  spec: OptimizerSpec,
  variables: readonly ReferenceVariable[],
  rate: (step: number) => number = () => 1,
): Reference {
  const { learningRate: α, weightDecay: λ = 0, clipNorm } = spec
  const zeros = () => variables.map(({ value }) => value.map(() => 0))
  const [first, second] = [zeros(), zeros()]
  let t = 0

  /** Pascanu et al. (2013), algorithm 1. */
  function clipped(gradients: readonly (readonly number[])[]): number[][] {
    const norm = Math.hypot(...gradients.flat())
    const factor = clipNorm !== undefined && norm > clipNorm ? clipNorm / norm : 1
    return gradients.map(gradient => gradient.map(g => g * factor))
  }

  return {
    step(gradients) {
      t++
      const η = rate(t)
      for (const [i, gradient] of clipped(gradients).entries()) {
        const { value, isMatrix } = variables[i]
        const [m, v] = [first[i], second[i]]
        for (let k = 0; k < value.length; k++) {
          const decay = isMatrix ? λ : 0
          const θ = value[k]
          const g = gradient[k] + (spec.name === 'adamw' ? 0 : decay * θ)
          if (spec.name === 'sgd') {
            m[k] = spec.momentum * m[k] + g
            value[k] = θ - η * α * m[k]
          } else {
            const [β1, β2] = [0.9, spec.beta2 ?? 0.999]
            m[k] = β1 * m[k] + (1 - β1) * g
            v[k] = β2 * v[k] + (1 - β2) * g ** 2
            const mHat = m[k] / (1 - β1 ** t)
            const vHat = v[k] / (1 - β2 ** t)
            // Loshchilov and Hutter (2019), algorithm 2, line 12; their λ is ours times α.
            const decoupled = spec.name === 'adamw' ? α * decay * θ : 0
            value[k] = θ - η * ((α * mHat) / (Math.sqrt(vHat) + 1e-8) + decoupled)
          }
        }
      }
    },
  }
}
