import type { Peer, Recipe } from '../src/index.ts'
import { writeOutput } from './output-file.ts'

/** Writes what `--save` asks for: a model as safetensors, under the names that its tensors have in TensorFlow.js. */
export async function saveParameters(
  file: string,
  { layout, swarm }: Pick<Peer, 'layout' | 'swarm'>,
  recipe: Recipe,
  parameters: Float32Array,
): Promise<void> {
  const { encodeSafetensors, hashParameters, viewTensors, weightsOf } = await import('../src/index.ts')
  const tensors = viewTensors(layout, weightsOf(layout, parameters))
  const metadata = { swarm, recipe: JSON.stringify(recipe), parametersHash: hashParameters(parameters) }
  await writeOutput('--save', file, encodeSafetensors({ tensors, metadata }))
}
