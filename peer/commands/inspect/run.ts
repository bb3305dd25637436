import { parseJson, readBytes } from '../../json-file.ts'
import { createOutput, type OutputFlags } from '../../output.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { Finding } from './finding.ts'
import { inspectRecipe } from './recipe.ts'
import { inspectResult } from './result.ts'
import { inspectTensors } from './tensors.ts'

const EXPECTED = 'a recipe, a checkpoint, saved parameters or a result'

export async function runInspect(file: string, flags: OutputFlags): Promise<void> {
  const out = createOutput(flags)
  const { json, text } = await find(file, await readBytes(file, EXPECTED))
  out.jsonDocument(json)
  out.show(text)
}

async function find(file: string, bytes: Buffer): Promise<Finding> {
  if (looksLikeSafetensors(bytes)) return await inspectTensors(file, bytes)
  if (!/^\s*\{/.test(bytes.subarray(0, 64).toString())) {
    throw new WrongUsage(`${file} is neither JSON nor safetensors; expected ${EXPECTED}`)
  }
  const content = parseJson(bytes.toString(), file) as object
  return 'rounds' in content ? await inspectResult(file, content) : await inspectRecipe(file, content)
}

/** A length of eight bytes, and then JSON; no text has zeros at its beginning. */
function looksLikeSafetensors(bytes: Buffer): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b && bytes[7] === 0
}
