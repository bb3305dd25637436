import { Failure } from '../../failure.ts'
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
  const { json, text, damage } = await find(file, await readBytes(file, EXPECTED))
  out.jsonDocument(damage === undefined ? json : { ...json, damaged: true })
  out.show(text)
  if (damage !== undefined) throw new Failure(`${file} is damaged: ${damage}`)
}

async function find(file: string, bytes: Buffer): Promise<Finding> {
  if (looksLikeSafetensors(bytes)) return await inspectTensors(file, bytes)
  if (!/^\s*\{/.test(bytes.subarray(0, 64).toString())) {
    throw new WrongUsage(`${file} is neither JSON nor safetensors; expected ${EXPECTED}`)
  }
  const content = parseJson(bytes.toString(), file) as object
  const isResult = 'rounds' in content || ('hearsay' in content && 'recipe' in content)
  return isResult ? await inspectResult(file, content) : await inspectRecipe(file, content)
}

/** A length of eight bytes, and then JSON; no text has zeros at its beginning. */
function looksLikeSafetensors(bytes: Buffer): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b && bytes[7] === 0
}
