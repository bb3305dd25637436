import { UsageError } from '../errors.ts'
import type { Layout } from './layout.ts'
import type { NamedTensor } from './safetensors.ts'

/** Tensors that are not those of a model. */
export class TensorMisfitError extends UsageError {
  override readonly name = 'TensorMisfitError'
}

/** Differences that a message lists; a file of another model has one in every tensor. */
const LISTED = 5

/** A model's weights out of a file. */
export interface FittedTensors {
  /** `[elements of the layout]` */
  readonly weights: Float32Array
  /** Whether names did not agree, and the order and the shapes of the tensors decided. */
  readonly byOrder: boolean
}

/**
 * Puts tensors where a model has its own: by name where the names are the same, whatever their order; else one after the other where
 * all shapes agree, and no name stands at another place than in the model.
 *
 * @param source named in messages
 * @throws TensorMisfitError listing what differs, or naming a tensor with a value that is not finite
 */
export function fitTensors(layout: Layout, tensors: readonly NamedTensor[], source: string): FittedTensors {
  const found = new Map(tensors.map((tensor, place) => [tensor.name, { tensor, place }]))
  const known = new Set(layout.tensors.map(({ name }) => name))
  const sameNames = found.size === known.size && layout.tensors.every(({ name }) => found.has(name))
  const ordered = sameNames ? layout.tensors.map(({ name }) => found.get(name)?.tensor as NamedTensor) : tensors
  const isDisplaced = layout.tensors.some(({ name }, place) => (found.get(name)?.place ?? place) !== place)
  const fits =
    ordered.length === layout.tensors.length &&
    layout.tensors.every(({ shape }, place) => sameShape(shape, ordered[place].shape)) &&
    (sameNames || !isDisplaced)
  if (!fits) throw misfit(layout, tensors, source)

  const weights = new Float32Array(layout.length)
  for (const [place, { offset }] of layout.tensors.entries()) {
    const { name, data } = ordered[place]
    const wrong = data.findIndex(value => !Number.isFinite(value))
    if (wrong >= 0) {
      throw new TensorMisfitError(
        `${source}: value ${wrong} of the tensor ${name} is ${data[wrong]}; expected finite numbers`,
      )
    }
    weights.set(data, offset)
  }
  return { weights, byOrder: !sameNames }
}

function misfit({ tensors: wanted }: Layout, given: readonly NamedTensor[], source: string): TensorMisfitError {
  const shapes = new Map(given.map(({ name, shape }) => [name, shape]))
  const known = new Set(wanted.map(({ name }) => name))
  const differences = [
    ...wanted.flatMap(({ name, shape }) => {
      const found = shapes.get(name)
      if (found === undefined) return [`${name} ${text(shape)} is missing`]
      return sameShape(shape, found) ? [] : [`${name} has the shape ${text(found)} instead of ${text(shape)}`]
    }),
    ...given.flatMap(({ name, shape }) => (known.has(name) ? [] : [`${name} ${text(shape)} is none of the model's`])),
  ]
  const listed = differences.slice(0, LISTED).join('; ')
  const more = differences.length > LISTED ? `; and ${differences.length - LISTED} more` : ''
  return new TensorMisfitError(
    `${source} does not fit the recipe's model, which has ${wanted.length} tensors where the file has ${given.length}: ${listed}${more}. ` +
      'Expected the same names and shapes, or other names and all shapes in the same order',
  )
}

const sameShape = (a: readonly number[], b: readonly number[]) => a.join() === b.join()

const text = (shape: readonly number[]) => `[${shape.join(', ')}]`
