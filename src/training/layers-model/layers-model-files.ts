/**
 * A LayersModel as files, in TensorFlow.js's own format: `model.json` with the topology and the weights' manifest, and
 * the weights' values beside it. TensorFlow.js reads and writes files only through its native binding; this needs none.
 *
 * @packageDocumentation
 */

import { dirname } from 'node:path'
import { io } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { WEIGHTS_SHARD_BYTES } from '../constants.ts'
import { ModelFileError } from '../errors.ts'
import { fromKeras3, isKeras3 } from './keras3.ts'
import { readModelFile } from './model-file.ts'
import { readModelJson, type StoredWeight, weightFiles } from './model-json.ts'

/** A file of a model, by its name within the model's folder. */
export interface ModelFile {
  readonly name: string
  readonly content: Uint8Array | string
}

const MODEL = 'model.json'

/**
 * The files of a model, `model.json` last: written in this order, it never points to weights which are not there.
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

/**
 * Reads what {@link layersModelFiles} makes, and what any other TensorFlow.js or its converter saved as a LayersModel,
 * for `tf.loadLayersModel`: of Keras 3 what can be told in the words of Keras 2, weights of float16 as float32. Nothing is read
 * before that asks for it.
 *
 * @param file the `model.json`
 * @throws ModelFileError from `load`, naming the file and what is wrong with it
 */
export function layersModelReader(file: string): Required<Pick<io.IOHandler, 'load'>> {
  return {
    async load() {
      const given = await readModelJson(file)
      const model = isKeras3(given) ? fromKeras3(file, given) : given
      return await io.getModelArtifactsForJSON(model as io.ModelJSON, async () => {
        const shards = await Promise.all(weightFiles(file, model).map(readModelFile))
        const data = Buffer.concat(shards)
        const weights = model.weightsManifest.flatMap(group => group.weights)
        const specs = inFloat32(weights, data.byteLength)
        // TensorFlow.js would read past a short one, and give other weights.
        if (bytesOf(specs) !== data.byteLength) {
          throw new ModelFileError(
            `${dirname(file)} has ${data.byteLength} bytes of weights, its model.json describes ${bytesOf(specs)}: ` +
              'a file of weights is damaged, or of another model',
          )
        }
        return [
          specs as io.WeightsManifestEntry[],
          data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength),
        ]
      })
    },
  }
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
  return bytesOf(single) === bytes ? single : halves
}

function bytesOf(weights: readonly StoredWeight[]): number {
  const bytes = ({ shape, dtype, quantization }: StoredWeight) =>
    BYTES[quantization?.dtype ?? dtype] * shape.reduce((size, dimension) => size * dimension, 1)
  return weights.reduce((sum, weight) => sum + bytes(weight), 0)
}
