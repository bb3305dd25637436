import * as tf from '@tensorflow/tfjs-core'
import { trainingModule } from './training-module.ts'
import { address, WASM, type WasmBackend } from './wasm-backend.ts'

export interface SgdSettings {
  readonly learningRate: number
  /** μ; 0 without momentum. */
  readonly momentum: number
  /** λ, added to the gradient as λx. */
  readonly weightDecay: number
  /** The factor of the gradient, applied before anything else: how clipping is done. */
  readonly gradientScale: number
}

export interface AdamSettings {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** λ of an L2 penalty, added to the gradient as λx. */
  readonly coupledDecay: number
  /** λ of AdamW: the parameter itself shrinks by η λ x. */
  readonly decoupledDecay: number
  /** t, from 1 on. */
  readonly step: number
  /** The factor of the gradient, applied before anything else: how clipping is done. */
  readonly gradientScale: number
}

/**
 * Updates of optimisers in one pass over the memory, in place: no tensor is made. `x`, `m` and `v` are changed, `g` is
 * not; all are float32 and have as many elements as `x`.
 */
export interface FusedUpdates {
  /** Σ g², for clipping by the global norm. */
  sumOfSquares(g: tf.Tensor): number

  /** g' = s g + λ x;  m ← μ m + g';  x ← x − η m. Without `m`: x ← x − η g'. */
  sgd(x: tf.Variable, g: tf.Tensor, m: tf.Variable | undefined, settings: SgdSettings): void

  /**
   * Adam (Kingma & Ba 2015, algorithm 1, with the corrections moved to the scalars as in section 2) and AdamW:
   * g' = s g + λ_coupled x;  m ← β₁ m + (1−β₁) g';  v ← β₂ v + (1−β₂) g'²;
   * η' = η √(1−β₂ᵗ)/(1−β₁ᵗ);  ε' = ε √(1−β₂ᵗ);  x ← x − η λ_decoupled x − η' m / (√v + ε').
   */
  adam(x: tf.Variable, g: tf.Tensor, m: tf.Variable, v: tf.Variable, settings: AdamSettings): void
}

/**
 * @returns undefined where the backend has none; else those of the backend that is registered under this name, once it
 * has started
 */
export function fusedUpdates(backendName: string): FusedUpdates | undefined {
  if (backendName !== WASM) return undefined
  const backend = tf.findBackend(WASM) as WasmBackend
  const module = trainingModule(backend)
  return {
    sumOfSquares: g => module.sumOfSquares(address(backend, g), g.size),

    sgd(x, g, m, { learningRate, momentum, weightDecay, gradientScale }) {
      const at = writable(backend, x)
      const mAt = m === undefined ? 0 : writable(backend, m)
      module.sgd(at, address(backend, g), mAt, x.size, learningRate, momentum, weightDecay, gradientScale)
    },

    adam(x, g, m, v, settings) {
      const { learningRate, beta1, beta2, epsilon, coupledDecay, decoupledDecay, step, gradientScale } = settings
      const correction = Math.sqrt(1 - beta2 ** step)
      module.adam(
        writable(backend, x),
        address(backend, g),
        writable(backend, m),
        writable(backend, v),
        x.size,
        (learningRate * correction) / (1 - beta1 ** step),
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        epsilon * correction,
        coupledDecay,
        learningRate * decoupledDecay,
        gradientScale,
      )
    },
  }
}

/**
 * The address of a variable's values, in bytes, after making sure that nobody else sees them change: neither a tensor that
 * shares them, nor a stock kernel that keeps a packed copy under the variable's id.
 */
function writable(backend: WasmBackend, variable: tf.Variable): number {
  if (backend.dataIdMap.get(variable.dataId).refCount > 1) {
    const copy = tf.tensor(backend.readSync(variable.dataId), variable.shape, variable.dtype)
    variable.assign(copy)
    copy.dispose()
  }
  const { id, memoryOffset } = backend.dataIdMap.get(variable.dataId)
  backend.wasm.tfjs.disposeData(id)
  backend.wasm.tfjs.registerTensor(id, variable.size, memoryOffset)
  return memoryOffset
}
