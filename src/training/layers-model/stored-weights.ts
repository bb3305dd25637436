import { dirname } from 'node:path'
import { ModelFileError } from '../errors.ts'
import { fromKeras3, isKeras3 } from './keras3.ts'
import { readModelFile } from './model-file.ts'
import { type ModelJson, readModelJson, type StoredWeight, weightFiles } from './model-json.ts'

/** A model as its files have it. */
export interface StoredModel {
  /** In the words of Keras 2. */
  readonly model: ModelJson
  /** Its weights, in their order in {@link bytes}; none is called float16 that TensorFlow.js would not know. */
  readonly weights: readonly StoredWeight[]
  /** Of all weights, one after the other. */
  readonly bytes: Buffer<ArrayBuffer>
}

/** Bytes of one value, by the type it is written as. */
const BYTES = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 }

/**
 * Reads what any TensorFlow.js or its converter saved as a LayersModel: of Keras 3 what can be told in the words of Keras 2, weights of
 * float16 as float32. Does not load TensorFlow.js.
 *
 * @param file the `model.json`
 * @throws ModelFileError naming the file and what is wrong with it
 */
export async function readStoredModel(file: string): Promise<StoredModel> {
  const given = await readModelJson(file)
  const model = isKeras3(given) ? fromKeras3(file, given) : given
  const bytes = Buffer.concat(await Promise.all(weightFiles(file, model).map(readModelFile)))
  const weights = inFloat32(
    model.weightsManifest.flatMap(group => group.weights),
    bytes.byteLength,
  )
  const described = weights.reduce((sum, weight) => sum + bytesOf(weight), 0)
  // TensorFlow.js would read past a short one, and give other weights.
  if (described === bytes.byteLength) return { model, weights, bytes }
  throw new ModelFileError(
    `${dirname(file)} has ${bytes.byteLength} bytes of weights, its model.json describes ${described}: ` +
      'a file of weights is damaged, or of another model',
  )
}

/** Bytes of all values of a weight. */
export function bytesOf({ shape, dtype, quantization }: StoredWeight): number {
  return BYTES[quantization?.dtype ?? dtype] * shape.reduce((size, dimension) => size * dimension, 1)
}

/**
 * TensorFlow.js knows float16 only as a way to write float32 in fewer bytes. Some converters call weights float16 that they wrote as
 * float32, and only the size of the file tells.
 *
 * @param bytes of all weights together
 */
function inFloat32(weights: readonly StoredWeight[], bytes: number): StoredWeight[] {
  const single = weights.map(weight => (weight.dtype === 'float16' ? { ...weight, dtype: 'float32' as const } : weight))
  const halves = single.map((weight, i) =>
    weights[i].dtype === 'float16' ? { ...weight, quantization: { dtype: 'float16' as const } } : weight,
  )
  return single.reduce((sum, weight) => sum + bytesOf(weight), 0) === bytes ? single : halves
}
