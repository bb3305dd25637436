import { extname } from 'node:path'
import { Failure } from '../../failure.ts'
import { onInterruption } from '../../interruption.ts'
import { readBytes } from '../../json-file.ts'
import { createOutput } from '../../output.ts'
import { looksLikePass } from '../../pass.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { Finding } from './finding.ts'
import type { InspectFlags } from './flags.ts'
import { inspectPass } from './pass.ts'
import { inspectRecipe, looksLikeRecipe } from './recipe.ts'
import { inspectResult, looksLikeResult } from './result.ts'
import { inspectTensors } from './tensors.ts'

const EXPECTED = 'a recipe, a checkpoint, saved parameters, a result or an invitation'

/**
 * @throws WrongUsage where the file is none of those that can be looked at
 * @throws WrongUsage where something else than a result is to be played back
 * @throws Failure where it is one, and damaged
 */
export async function runInspect(file: string, flags: InspectFlags): Promise<void> {
  const out = createOutput(flags)
  const { json, text, damage, run } = looksLikePass(file)
    ? inspectPass('this', file)
    : await find(file, await readBytes(file, EXPECTED))
  if (flags.dashboard !== undefined && run === undefined) {
    throw new WrongUsage(`--dashboard plays back results, as --out writes them; ${file} is none`)
  }
  out.jsonDocument(damage === undefined ? json : { ...json, damaged: true })
  out.show(text)
  if (damage !== undefined) throw new Failure(`${file} is damaged: ${damage}`)
  if (flags.dashboard !== undefined && run !== undefined) {
    const { playBack } = await import('./play-back.ts')
    await playBack(
      run,
      flags,
      out,
      onInterruption(() => {}),
    )
  }
}

async function find(file: string, bytes: Buffer): Promise<Finding> {
  if (looksLikeSafetensors(bytes) || extname(file) === '.safetensors') return await inspectTensors(file, bytes)
  const start = bytes.subarray(0, 64).toString()
  if (looksLikePass(start)) return inspectPass(file, bytes.toString())
  if (!/^\s*\{/.test(start)) {
    throw new WrongUsage(`${file} is neither JSON nor safetensors; expected ${EXPECTED}`)
  }
  const content = parse(bytes.toString(), file)
  if (looksLikeResult(content)) return await inspectResult(file, content)
  if (looksLikeRecipe(content)) return await inspectRecipe(file, content)
  throw new WrongUsage(`${file} is JSON, but neither a recipe nor a result; expected ${EXPECTED}`)
}

/** Content that begins as JSON does was written as such. */
function parse(text: string, file: string): object {
  try {
    return JSON.parse(text) as object
  } catch (error) {
    throw new Failure(`${file} is damaged: it is not JSON to its end: ${(error as SyntaxError).message}`)
  }
}

/** A length of eight bytes, and then JSON; no text has zeros at its beginning. */
function looksLikeSafetensors(bytes: Buffer): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b && bytes[7] === 0
}
