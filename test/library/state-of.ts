import { createHash } from 'node:crypto'
import { type FrozenPart, frozenOf, movingLayout, movingOf, wholeOf } from '../../src/parameters/frozen.ts'
import { hashParameters } from '../../src/parameters/hash.ts'
import { createLayout, type Layout, viewTensors } from '../../src/parameters/layout.ts'
import { encodeSafetensors } from '../../src/parameters/safetensors.ts'
import { createRandom } from '../../src/random/random.ts'
import { type Recipe, recipeHash } from '../../src/recipe/recipe.ts'
import { quantitiesOf } from '../../src/standardise/quantities.ts'
import { openStateDirectory, statisticsFile } from '../../src/storage/state-directory.ts'
import { startBackend } from '../../src/training/backend.ts'
import { buildModel, tensorSpecs } from '../../src/training/layers-model/layers-model.ts'
import { parseModel } from '../../src/training/models.ts'

interface GivenMoments {
  readonly mean: readonly number[]
  readonly variance: readonly number[]
}

/** Of all features; of those of categories they are left aside. */
export interface GivenStatistics extends GivenMoments {
  readonly targets?: GivenMoments
}

/** What a peer's trainer has. */
interface GivenParts {
  readonly layout: Layout
  readonly parameters: Float32Array
  readonly frozen?: FrozenPart
}

/** Makes `folder` a state with these parameters, as a stopped peer leaves it. */
export async function stateOf(
  folder: string,
  recipe: Recipe,
  { layout, parameters, frozen }: GivenParts,
  statistics?: GivenStatistics,
  swarm = recipeHash(recipe),
): Promise<string> {
  const state = await openStateDirectory(folder)
  const checkpoint = (swarm: string, parameters: Float32Array, sealed?: string) => ({
    swarm,
    peer: 'peer',
    sequence: 1,
    step: 5,
    age: 6,
    sealed,
    random: [],
    parameters,
    decisions: [],
    doubts: [],
    trainer: { tensors: {}, metadata: {} },
  })
  await state.storage(layout).save(checkpoint(swarm, parameters))
  if (frozen !== undefined) {
    // What moves began elsewhere than where it is.
    const began = wholeOf(frozen, new Float32Array(parameters.length))
    await state.keepWeights(encodeSafetensors({ tensors: viewTensors(frozen.layout, began), metadata: {} }))
  }
  if (statistics !== undefined) {
    const id = (name: string) => createHash('sha256').update(`${swarm}/${name}`).digest('hex')
    const quantities = quantitiesOf(recipe)
    // Of one sample, which divides without rounding.
    const sums = (kind: 'mean' | 'variance') => {
      const of = statistics[kind].filter((_, feature) => quantities.scaled?.includes(feature) ?? true)
      const all = [...of, ...(statistics.targets?.[kind] ?? [])]
      return Float32Array.of(...(quantities.hasGaps ? all.map(() => 1) : [1]), ...all)
    }
    const save = (kind: 'means' | 'variations', swarm: string, vector: Float32Array) =>
      state
        .storage(createLayout([{ name: kind, shape: [vector.length], trainable: false }]), statisticsFile(kind))
        .save(checkpoint(swarm, vector, hashParameters(vector)))
    const means = sums('mean')
    await save('means', id('means'), means)
    await save('variations', id(`variations/${hashParameters(means).slice(0, 16)}`), sums('variance'))
  }
  await state.keepRecipe(JSON.stringify(recipe))
  await state.release()
  return folder
}

/** What a recipe's model has for parameters and frozen weights, none of them 0: second moments of a normalisation are above their means'. */
export async function anyParameters(model: {
  readonly name: string
  readonly shape: readonly number[]
  readonly classes: number
}): Promise<GivenParts> {
  const { name, shape, classes } = model
  const backend = await startBackend('cpu')
  backend.select()
  const built = await buildModel(parseModel(name), { shape, classes, seed: 1 })
  const whole = createLayout(tensorSpecs(built))
  built.dispose()
  const random = createRandom(1)
  const weights = new Float32Array(whole.length).map(() => 0.1 * random.normal())
  for (const slot of whole.tensors.filter(each => each.name.endsWith('moving_variance'))) {
    weights.fill(2, slot.offset, slot.offset + slot.size)
  }
  const layout = movingLayout(whole)
  if (layout === whole) return { layout, parameters: weights }
  return {
    layout,
    parameters: movingOf(whole, weights),
    frozen: { layout: whole, values: frozenOf(whole, weights) },
  }
}
