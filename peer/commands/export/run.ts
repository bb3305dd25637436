import { existsSync } from 'node:fs'
import { createOutput } from '../../output.ts'
import { requireWritable } from '../../output-file.ts'
import { count, shortHash } from '../../words.ts'
import type { ExportFlags } from './flags.ts'

const FORMATS = { safetensors: 'as safetensors', onnx: 'as ONNX', tfjs: 'for TensorFlow.js' }

export async function runExport(flags: ExportFlags): Promise<void> {
  const { state, to, modelFile, allowModule } = flags
  const out = createOutput(flags)
  // A file that exists already is refused below, in better words.
  if (!existsSync(to)) await requireWritable('--to', to)
  const { exportModel } = await import('../../../src/index.ts')
  const { format, recipe, swarm, step, age, sealed, parametersHash } = await exportModel({
    state,
    to,
    modelFile,
    allowModule,
    warn: out.warn,
  })
  out.jsonDocument({ file: to, format, swarm, step, age, sealed, parametersHash, recipe })
  out.show(
    [
      `wrote ${to}, ${FORMATS[format]}: ${recipe.model.name} after ${count(step)} local steps`,
      `swarm ${shortHash(swarm)}, parameters ${shortHash(parametersHash)}, ${sealed ? 'sealed' : 'not sealed'}`,
    ].join('\n'),
  )
}
