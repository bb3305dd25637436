import { join } from 'node:path'
import { writeFolderAtomically } from '../storage/atomic-folder.ts'
import { optionsOf, requireOptions, text, value } from '../strict-options.ts'
import type { LayersModelLike } from './layers-model-like.ts'

const argument = optionsOf<{ readonly model: LayersModelLike; readonly folder: string }>({
  model: value(
    'a LayersModel of TensorFlow.js',
    given => typeof (given as { save?: unknown } | null)?.save === 'function',
  ),
  folder: text,
})

/**
 * Hands in a LayersModel: writes it in TensorFlow.js's format, from which any peer's trainer can read it. Its weights are the initial
 * parameters, and its files part of the swarm's identity: every peer needs them, wherever they lie.
 *
 * @param folder which may not exist yet, or is empty
 * @returns the name of the model in a recipe: `{ model: { name } }`
 * @throws UsageError for what is no LayersModel
 * @throws WriteError
 */
export async function saveLayersModel(model: LayersModelLike, folder: string): Promise<string> {
  requireOptions('saveLayersModel', argument, { model, folder })
  const { layersModelFiles } = await import('../training/layers-model/layers-model-files.ts')
  await writeFolderAtomically(folder, await layersModelFiles(model as Parameters<typeof layersModelFiles>[0]))
  return `tfjs:${join(folder, 'model.json')}`
}
