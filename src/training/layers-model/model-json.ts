import { z } from 'zod'
import { MAX_MODEL_FILE_BYTES } from '../constants.ts'
import { ModelFileError } from '../errors.ts'
import { readModelFile } from './model-file.ts'

const weightSchema = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.enum(['float32', 'int32', 'bool', 'float16']),
  quantization: z
    .looseObject({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      /** Of whole numbers: a value is min + scale × number. */
      scale: z.number().optional(),
      min: z.number().optional(),
    })
    .optional(),
})

/** How the values of one tensor are written. */
export type StoredWeight = z.infer<typeof weightSchema>

const modelSchema = z.looseObject({
  // Written by some converters only; they write it for graph models too, which cannot be trained.
  format: z.literal('layers-model').optional(),
  modelTopology: z.looseObject({}),
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string()), weights: z.array(weightSchema) })),
})

/** A `model.json` of TensorFlow.js: the topology of a LayersModel, and which files beside it have its weights. */
export type ModelJson = z.infer<typeof modelSchema>

/**
 * Reads a `model.json`, and nothing else. Does not load TensorFlow.js.
 *
 * @throws ModelFileError naming the file, and what is wrong with it
 */
export async function readModelJson(file: string): Promise<ModelJson> {
  const text = (await readModelFile(file, MAX_MODEL_FILE_BYTES)).toString()
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw new ModelFileError(`${file} is not JSON: ${(cause as SyntaxError).message}`, { cause })
  }
  const parsed = modelSchema.safeParse(content)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  throw new ModelFileError(
    `${file} is no LayersModel of TensorFlow.js (field ${path.join('.')}: ${message}); expected the model.json that a ` +
      "LayersModel's save() or, in Python, tensorflowjs.converters.save_keras_model writes",
  )
}
