import type { Peer } from '../src/index.ts'
import { writeOutput } from './output-file.ts'
import { WrongUsage } from './wrong-usage.ts'

/**
 * Finds out before hours of work that a name promises another format.
 *
 * @throws WrongUsage
 */
export function requireNameOfTensors(file: string | undefined): void {
  if (file?.endsWith('.onnx') !== true) return
  throw new WrongUsage(
    `--save ${file}: what is saved is safetensors; keep the peer with --state DIR, and hearsay export --state DIR --to ${file} writes ONNX`,
  )
}

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
