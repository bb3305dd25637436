import type { Recipe } from '../src/index.ts'
import { commandLine } from './shell-words.ts'

/** Where a model was kept: a peer's state, or a file of safetensors. */
export interface Kept {
  readonly state?: string
  readonly file?: string
}

/** What to type next with a model that was kept, to be copied as it is; empty where it was not. */
export function describeNext({ data }: Pick<Recipe, 'data'>, { state, file }: Kept): string[] {
  const model = state !== undefined ? ['--state', state] : file !== undefined ? [file] : undefined
  if (model === undefined) return []
  const commands = [
    ...(data.table === undefined ? [] : [['predict', ...model, '--data', 'csv:new.csv', '--out', 'predicted.csv']]),
    ...(state === undefined ? [] : [['export', '--state', state, '--to', 'model.onnx']]),
  ]
  if (commands.length === 0) return []
  return ['what to do with the model:', ...commands.map(words => `  ${commandLine(words)}`)]
}
