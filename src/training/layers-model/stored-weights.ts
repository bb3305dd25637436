import { dirname } from 'node:path'
import { ModelFileError } from '../errors.ts'
import { fromKeras3, isKeras3 } from './keras3.ts'
import { readModelFile } from './model-file.ts'
import { type ModelJson, readModelJson, type StoredWeight } from './model-json.ts'
import { weightFiles } from './weight-files.ts'

/** A model as its files have it. */
export interface StoredModel {
  /** In the words of Keras 2. */
  readonly model: ModelJson
  /** Its weights, in their order in {@link bytes}; none is called float16 that TensorFlow.js would not know. */
  readonly weights: readonly StoredWeight[]
  /** Of all weights, one after the other. */
  readonly bytes: Buffer<ArrayBuffer>
}

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
  const { files, weights } = await weightFiles(file, model)
  const bytes = Buffer.concat(await Promise.all(files.map(part => readModelFile(part.path, part.bytes))))
  const expected = files.reduce((sum, part) => sum + part.bytes, 0)
  if (bytes.length === expected) return { model, weights, bytes }
  throw new ModelFileError(`${dirname(file)}: a file of weights was cut while it was read`)
}
