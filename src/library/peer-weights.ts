import { UsageError } from '../errors.ts'
import { hashParameters } from '../parameters/hash.ts'
import { viewTensors } from '../parameters/layout.ts'
import { decodeSafetensors } from '../parameters/safetensors.ts'
import { concatenated } from '../parameters/vectors.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { encodeSealed } from '../storage/sealed-safetensors.ts'
import type { StateDirectory } from '../storage/state-directory.ts'
import { withBegin } from '../training/beginning.ts'
import { wholeWeights } from '../training/layers-model/whole-weights.ts'
import type { Trainer } from '../training/trainer.ts'
import { fitInitialWeights, requireFrom } from './initial-weights.ts'
import type { PeerOptions } from './peer.ts'

/** The weights that a peer begins with, as far as it has them. */
export interface PeerWeights {
  readonly trainer: Trainer
  /** What the core is to know of them; undefined where the recipe begins from its seed. */
  readonly from:
    | {
        readonly hash: string
        readonly length: number
        readonly vector?: Float32Array
        take(vector: Float32Array): Promise<void>
      }
    | undefined
  /** Whether the peer has what it begins with; else it is to be fetched. */
  isKnown(): boolean
  /** A warning for people: how the file was understood. */
  readonly warning: string | undefined
  /** Keeps them in the state, where they are needed again: to hand them out, or because a part of them is frozen. */
  keep(): Promise<void>
}

/**
 * Has the trainer begin from the weights that the recipe names: those that this peer is given, or that its state has kept.
 *
 * @throws InitialWeightsError where they are not those of the recipe, TensorMisfitError where they do not fit its model
 */
export async function preparePeerWeights(
  { from: given, alone }: PeerOptions,
  recipe: Recipe,
  bare: Trainer,
  state: StateDirectory | undefined,
): Promise<PeerWeights> {
  const { from: hash } = recipe.start
  const whole = bare.frozen?.layout ?? bare.layout
  const encode = (weights: Float32Array) => encodeSealed({ tensors: viewTensors(whole, weights), metadata: {} })
  const source = typeof given === 'string' ? given : 'createPeer: from'
  const fitted = given === undefined ? undefined : await fitInitialWeights(whole, given)
  if (fitted !== undefined) requireFrom(recipe, fitted.hash, source)

  if (hash === undefined) {
    return {
      trainer: bare,
      from: undefined,
      isKnown: () => true,
      warning: undefined,
      async keep() {
        if (bare.frozen === undefined || state === undefined) return
        const { weights } = wholeWeights(bare.layout, await bare.initial(), bare.frozen)
        await state.keepWeights(encode(weights))
      },
    }
  }

  const trainer = withBegin(bare)
  const vector = fitted?.weights ?? keptIn(await state?.weights(), hash)
  let isKnown = vector !== undefined
  if (vector !== undefined) await trainer.begin(vector)
  else if (alone) {
    throw new UsageError(
      `the recipe begins from the weights ${hash}, which a peer that trains alone can fetch from nobody: give the file, with --from FILE`,
    )
  }
  return {
    trainer,
    isKnown: () => isKnown,
    warning: fitted?.warning,
    from: {
      hash,
      length: whole.length,
      vector,
      async take(fetched) {
        await trainer.begin(fetched)
        isKnown = true
        await state?.keepWeights(encode(fetched))
      },
    },
    async keep() {
      if (vector !== undefined) await state?.keepWeights(encode(vector))
    },
  }
}

/** The weights with this hash, where a state has kept them. */
function keptIn(file: Uint8Array | undefined, hash: string): Float32Array | undefined {
  if (file === undefined) return undefined
  const vector = concatenated(decodeSafetensors(file).tensors.map(({ data }) => data))
  return hashParameters(vector) === hash ? vector : undefined
}
