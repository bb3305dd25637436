import type { LayersModel } from '@tensorflow/tfjs-layers'
import { MAX_MODEL_FILE_BYTES } from '../constants.ts'
import { ModelFileError } from '../errors.ts'
import type { ModelFamily, ModelRequest } from './family.ts'
import { toLogits } from './to-logits.ts'

/**
 * A LayersModel that TensorFlow.js or its converter saved. Its weights are the initial parameters; its loss, its
 * optimizer and the softmax of its last layer are left aside: hearsay trains on the logits.
 */
export const tfjs: ModelFamily = {
  parse(file) {
    if (file === undefined || file === '') return undefined
    return {
      name: `tfjs:${file}`,
      async files() {
        // Imported here, since to name the models takes no parser of their files.
        const { readModelJson } = await import('../layers-model/model-json.ts')
        const { weightFiles } = await import('../layers-model/weight-files.ts')
        const { files } = await weightFiles(file, await readModelJson(file))
        return [{ path: file, bytes: MAX_MODEL_FILE_BYTES }, ...files]
      },
      build: async request => toLogits(`tfjs:${file}`, await load(file, request), request),
    }
  },
}

async function load(file: string, { layers }: ModelRequest): Promise<LayersModel> {
  const { layersModelReader } = await import('../layers-model/layers-model-files.ts')
  const { isKeras3, refused } = await import('../layers-model/keras3.ts')
  const { readModelJson } = await import('../layers-model/model-json.ts')
  const { registerLayers } = await import('../layers/register.ts')
  registerLayers()
  const artifacts = await layersModelReader(file).load()
  try {
    return await layers.loadLayersModel({ load: async () => artifacts })
  } catch (cause) {
    const { message } = cause as Error
    if (isKeras3(await readModelJson(file))) throw refused(file, message, cause)
    throw new ModelFileError(`${file}: TensorFlow.js cannot make the model: ${message}`, { cause })
  }
}
