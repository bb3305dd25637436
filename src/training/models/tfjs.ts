import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import { ModelFileError } from '../errors.ts'
import type { ModelFamily, ModelRequest } from './family.ts'
import { toLogits } from './to-logits.ts'

/**
 * A LayersModel that TensorFlow.js or its converter saved. Its weights are the initial parameters; its loss, its optimizer
 * and the softmax of its last layer are left aside: hearsay trains on the logits.
 */
export const tfjs: ModelFamily = {
  name: 'tfjs',
  usage: 'tfjs:FILE (the model.json of a saved LayersModel)',
  parse(file) {
    if (file === undefined || file === '') return undefined
    return {
      name: `tfjs:${file}`,
      files: () => filesOf(file),
      build: async request => toLogits(await load(file, request), request),
    }
  },
}

async function load(file: string, { layers }: ModelRequest): Promise<LayersModel> {
  const { layersModelReader } = await import('../layers-model-files.ts')
  const { registerLayers } = await import('../layers/register.ts')
  registerLayers()
  const artifacts = await layersModelReader(file).load()
  try {
    return await layers.loadLayersModel({ load: async () => artifacts })
  } catch (cause) {
    throw new ModelFileError(`${file}: TensorFlow.js cannot make the model: ${(cause as Error).message}`, { cause })
  }
}

const manifestSchema = z.looseObject({
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string()) })),
})

/** The model and its weights, in the order of the manifest. */
async function filesOf(file: string): Promise<string[]> {
  let paths: string[]
  try {
    const { weightsManifest } = manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    paths = weightsManifest.flatMap(group => group.paths)
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? 'it has no manifest of weights' : (cause as Error).message
    throw new ModelFileError(
      `${file} is no saved LayersModel: ${reason}; expected the model.json that its save() writes`,
      { cause },
    )
  }
  return [file, ...paths.map(path => join(dirname(file), path))]
}
