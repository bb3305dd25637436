/**
 * A LayersModel as files, in TensorFlow.js's own format: `model.json` with the topology and the weights' manifest, and
 * the weights' values beside it. TensorFlow.js reads and writes files only through its native binding; this needs none.
 *
 * @packageDocumentation
 */

import { io } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { WEIGHTS_SHARD_BYTES } from '../constants.ts'
import { readStoredModel } from './stored-weights.ts'

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

/**
 * Reads what {@link layersModelFiles} makes, and what any other TensorFlow.js or its converter saved as a LayersModel, for
 * `tf.loadLayersModel`; see {@link readStoredModel}. Nothing is read before that asks for it.
 *
 * @param file the `model.json`
 * @throws ModelFileError from `load`, naming the file and what is wrong with it
 */
export function layersModelReader(file: string): Required<Pick<io.IOHandler, 'load'>> {
  return {
    async load() {
      const { model, weights, bytes } = await readStoredModel(file)
      return await io.getModelArtifactsForJSON(model as io.ModelJSON, async () => [
        [...weights] as io.WeightsManifestEntry[],
        bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
      ])
    },
  }
}
