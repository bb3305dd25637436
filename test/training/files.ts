import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { layersModelFiles } from '../../src/training/layers-model/layers-model-files.ts'

/** Saves a model in a new folder; returns its `model.json`. */
export async function saveModel(model: LayersModel, folder: string): Promise<string> {
  mkdirSync(folder)
  for (const { name, content } of await layersModelFiles(model)) writeFileSync(join(folder, name), content)
  return join(folder, 'model.json')
}
