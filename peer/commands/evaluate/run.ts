import { describeFigures } from '../../figures.ts'
import { onInterruption } from '../../interruption.ts'
import { modelPath } from '../../model-path.ts'
import { createOutput } from '../../output.ts'
import { requireWritable, writeOutput } from '../../output-file.ts'
import { counted } from '../../words.ts'
import type { EvaluateFlags } from './flags.ts'

export async function runEvaluate(given: string | undefined, flags: EvaluateFlags): Promise<void> {
  const { state, modelFile, data, part, seed, strict, allowModule, out: to } = flags
  const out = createOutput(flags)
  const path = modelPath(given, state)
  await requireWritable('--out', to)
  const signal = onInterruption(out.say)
  const { evaluateModel, loadModel } = await import('../../../src/index.ts')
  const model = await loadModel(path, { modelFile, allowModule, warn: out.warn })
  try {
    const figures = await evaluateModel({ model, data, part, seed, strict, warn: out.warn, signal })
    const { swarm, parametersHash, recipe } = model
    const document = { model: path, swarm, parametersHash, data, part: part ?? 'all', figures }
    out.jsonDocument(document)
    const title = `\n  ${path}, on ${counted(figures.samples, 'sample')} of ${data}:\n`
    out.show(`${title}${describeFigures(figures, process.stdout, recipe.objective.task)}\n`)
    if (to === undefined) return
    await writeOutput('--out', to, `${JSON.stringify(document, null, 2)}\n`)
    out.say(`wrote ${to}`)
  } finally {
    model.dispose()
  }
}
