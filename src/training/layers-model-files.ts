/**
 * A LayersModel as files, in TensorFlow.js's own format: `model.json` with the topology and the weights' manifest, and
 * the weights' values beside it. TensorFlow.js reads and writes files only through its native binding; this needs none.
 *
 * @packageDocumentation
 */

import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { io } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import { WEIGHTS_SHARD_BYTES } from './constants.ts'
import { LayersModelFileError } from './errors.ts'

/** A file of a model, by its name within the model's folder. */
export interface ModelFile {
  readonly name: string
  readonly content: Uint8Array | string
}

const MODEL = 'model.json'

/**
 * The files of a model, `model.json` last: whoever writes them in this order never leaves one that points to weights
 * which are not there.
 */
export async function layersModelFiles(model: LayersModel): Promise<ModelFile[]> {
  const { promise, resolve } = Promise.withResolvers<io.ModelArtifacts>()
  await model.save(
    io.withSaveHandler(async artifacts => {
      resolve(artifacts)
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
    }),
  )
  const artifacts = await promise
  const weights = new Uint8Array(io.CompositeArrayBuffer.join(artifacts.weightData))
  const shards = Math.ceil(weights.length / WEIGHTS_SHARD_BYTES)
  const files = Array.from({ length: shards }, (_, i) => ({
    name: `group1-shard${i + 1}of${shards}.bin`,
    content: weights.subarray(i * WEIGHTS_SHARD_BYTES, (i + 1) * WEIGHTS_SHARD_BYTES),
  }))
  const document: io.ModelJSON = {
    modelTopology: artifacts.modelTopology ?? {},
    format: artifacts.format,
    generatedBy: artifacts.generatedBy,
    convertedBy: artifacts.convertedBy,
    userDefinedMetadata: artifacts.userDefinedMetadata,
    weightsManifest: [{ paths: files.map(({ name }) => name), weights: artifacts.weightSpecs ?? [] }],
  }
  return [...files, { name: MODEL, content: JSON.stringify(document) }]
}

/** Bytes of one value, by the type it is written as. */
const BYTES = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 }

const weightSchema = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.enum(['float32', 'int32', 'bool']),
  quantization: z.looseObject({ dtype: z.enum(['uint8', 'uint16', 'float16']) }).optional(),
})

const modelSchema = z.looseObject({
  // Written by some converters only; they write it for graph models too, which cannot be trained.
  format: z.literal('layers-model').optional(),
  modelTopology: z.looseObject({}),
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string()), weights: z.array(weightSchema) })),
})

/**
 * Reads what {@link layersModelFiles} makes, and what any other TensorFlow.js or its converter saved as a LayersModel,
 * for `tf.loadLayersModel`. Nothing is read before that asks for it.
 *
 * @param file the `model.json`
 * @throws LayersModelFileError from `load`, naming the file and what is wrong with it
 */
export function layersModelReader(file: string): Required<Pick<io.IOHandler, 'load'>> {
  return {
    async load() {
      const document = parseModelJson((await read(file)).toString(), file)
      return await io.getModelArtifactsForJSON(document, async manifest => {
        const specs = manifest.flatMap(({ weights }) => weights)
        const paths = manifest.flatMap(group => group.paths).map(path => join(dirname(file), path))
        const shards = await Promise.all(paths.map(read))
        const data = Buffer.concat(shards)
        const expected = bytesOf(specs)
        // TensorFlow.js would read past a short one, and give other weights.
        if (data.byteLength !== expected) {
          throw new LayersModelFileError(
            `${dirname(file)} has ${data.byteLength} bytes of weights, its model.json describes ${expected}: ` +
              'a file of weights is damaged, or of another model',
          )
        }
        return [specs, data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)]
      })
    },
  }
}

function bytesOf(specs: readonly io.WeightsManifestEntry[]): number {
  const bytes = ({ shape, dtype, quantization }: z.infer<typeof weightSchema>) =>
    BYTES[quantization?.dtype ?? dtype] * shape.reduce((size, dimension) => size * dimension, 1)
  return z
    .array(weightSchema)
    .parse(specs)
    .reduce((sum, spec) => sum + bytes(spec), 0)
}

function parseModelJson(text: string, file: string): io.ModelJSON {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw new LayersModelFileError(`${file} is not JSON: ${(cause as SyntaxError).message}`, { cause })
  }
  const parsed = modelSchema.safeParse(content)
  if (!parsed.success) {
    throw new LayersModelFileError(
      `${file} is no LayersModel of TensorFlow.js (field ${parsed.error.issues[0].path.join('.')}); ` +
        "expected the model.json that a LayersModel's save() writes",
    )
  }
  return content as io.ModelJSON
}

async function read(file: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new LayersModelFileError(`${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
