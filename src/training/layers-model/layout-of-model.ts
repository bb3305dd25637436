import { createLayout, type Layout } from '../../parameters/layout.ts'
import { DEFAULT_BACKEND, startBackend } from '../backend.ts'
import type { ModelRequest } from '../models/family.ts'
import { parseModel } from '../models.ts'
import { buildModel, tensorSpecs } from './layers-model.ts'

/**
 * The layout of a whole model, what is frozen in it too. Makes the model for that, on the default backend.
 *
 * @param name as {@link parseModel} reads it
 * @throws UsageError for an unknown model, ModelFileError and ModelMisfitError where it cannot be made
 */
export async function layoutOfModel(name: string, request: Omit<ModelRequest, 'tf' | 'layers'>): Promise<Layout> {
  const backend = await startBackend(DEFAULT_BACKEND)
  backend.select()
  const { shape, classes, outputs, seed } = request
  const model = await buildModel(parseModel(name), { shape, classes, outputs, seed })
  try {
    return createLayout(tensorSpecs(model))
  } finally {
    model.dispose()
  }
}
