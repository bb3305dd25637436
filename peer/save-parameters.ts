import type { Peer } from '../src/index.ts'
import { writeOutput } from './output-file.ts'

/** Writes what `--save` asks for: the peer's model, as safetensors. */
export async function saveParameters(file: string, peer: Peer): Promise<void> {
  const { encodeModel } = await import('../src/public/models.ts')
  const { recipe, swarm, layout, frozen } = peer
  const { step, age } = peer.status()
  const model = encodeModel({
    recipe,
    swarm,
    layout,
    frozen,
    parameters: peer.parameters(),
    step,
    age,
    statistics: peer.standardisation(),
  })
  await writeOutput('--save', file, model)
}
