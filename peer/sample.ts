import { styleText } from 'node:util'
import type { RunResult } from '../src/index.ts'

/** The characters that a terminal would obey in place of showing; of them a sample keeps only the line feeds. */
const CONTROLS = /[\p{Cc}\p{Cf}]/gu

/**
 * A sample of a language model's text, for people.
 *
 * @param which model it is
 */
export function describeSample(sample: string, which: string, stream: NodeJS.WriteStream): string {
  const shown = sample.replaceAll(CONTROLS, control => (control === '\n' ? control : ' '))
  const lines = shown.split('\n').map(line => `  ${line}`.trimEnd())
  return [`  ${styleText('dim', `${which} writes:`, { stream })}`, '', ...lines, ''].join('\n')
}

/** Loss of the merged model, where the task is language and it was measured: accuracy says little there. */
export function lossOfLanguage({ objective }: RunResult['recipe'], { merged }: RunResult['final']): string[] {
  return objective.task === 'language' && merged !== null ? [merged.loss.toFixed(3)] : []
}
