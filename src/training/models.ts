import { described, isNameIn, MODELS, type NameIn } from '../catalogue.ts'
import { UsageError } from '../errors.ts'
import { cnn } from './models/cnn.ts'
import type { Model, ModelFamily } from './models/family.ts'
import { language } from './models/language.ts'
import { linear } from './models/linear.ts'
import { mlp } from './models/mlp.ts'
import { moduleModel } from './models/module.ts'
import { tfjs } from './models/tfjs.ts'

// A new family of models is one file in models/, one entry here, and one line in the catalogue.

const families: Readonly<Record<NameIn<typeof MODELS>, ModelFamily>> = {
  linear,
  mlp,
  cnn,
  language,
  tfjs,
  module: moduleModel,
}

/**
 * Reads the name of a model, such as `mlp:64,32`. Does not load TensorFlow.js.
 *
 * @throws UsageError listing what is accepted
 */
export function parseModel(text: string): Model {
  const colon = text.indexOf(':')
  const name = colon < 0 ? text : text.slice(0, colon)
  const argument = colon < 0 ? undefined : text.slice(colon + 1)
  const model = isNameIn(families, name) ? families[name].parse(argument) : undefined
  if (model !== undefined) return model
  throw new UsageError(`unknown model '${text}': accepted are ${described(MODELS)}`)
}
