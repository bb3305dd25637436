/**
 * The tutorial as a reader does it: what is typed, into which terminal, and what is printed there.
 *
 * @packageDocumentation
 */

import { type CodeBlock, codeBlocks } from '../../docs/pages.ts'

export interface Step {
  readonly where: string
  /** The number of the terminal. */
  readonly terminal: string
  readonly kind: 'typed' | 'printed'
  readonly text: string
}

function stepOf({ where, remark, text }: CodeBlock): Step | undefined {
  const [, kind, terminal] = /^(typed|printed) in terminal (\d)$/.exec(remark) ?? []
  return kind === undefined ? undefined : { where, terminal, kind: kind as Step['kind'], text }
}

/** In the order of the page. */
export const steps: readonly Step[] = codeBlocks
  .filter(({ page }) => page === 'docs/tutorial.md')
  .map(stepOf)
  .filter(step => step !== undefined)

/** What differs from run to run, and what may stand in its place. */
const DIFFERENT: readonly (readonly [such: RegExp, others: string])[] = [
  // Something that is cut off, and the end of something that is.
  [/\S+…/, String.raw`\S+`],
  [/…\w{6}\b/, String.raw`…\w{6}`],
  [/12D3KooW\w+/, String.raw`12D3KooW\w+`],
  [/http:\S+/, String.raw`http:\S+`],
  [/\b[0-9a-f]{64}\b/, '[0-9a-f]{64}'],
  [/\b(?=[a-f]*\d)[0-9a-f]{12}\b/, '[0-9a-f]{12}'],
  // Of a hive of which it is not sure, one model says this and another that.
  [/\b(?:lost|survived)(?=,0)/, '(?:lost|survived)'],
  [/[░█]+/, '[░█]+'],
  [/[▁-▇█]+/, '[▁-█]+'],
  [/\b(?:\d+ min )?[\d.,]+ (?:ms|s)(?! *\S*samples)\b/, String.raw`(?:\d+ min )?[\d.,]+ m?s`],
  [/\b[\d.,]+ [kM]?B\b/, String.raw`[\d.,]+ [kMG]?B`],
  [/(?<!\w)\d[\d.,]*(?:e-\d+)?(?!\w)|–/, String.raw`(?:\d[\d.,]*(?:e-\d+)?|–)`],
  [/\b(?:connected|exchanges now|heard of)\b/, '(?:connected|exchanges now|heard of)'],
]
const ANY_DIFFERENT = new RegExp(DIFFERENT.map(([such]) => `(${such.source})`).join('|'), 'gu')

/** As a pattern that matches it alone. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}

function patternOfLine(text: string): string {
  let pattern = ''
  let end = 0
  for (const match of text.matchAll(ANY_DIFFERENT)) {
    const kind = match.slice(1).findIndex(group => group !== undefined)
    pattern += literal(text.slice(end, match.index)) + DIFFERENT[kind][1]
    end = match.index + match[0].length
  }
  return pattern + literal(text.slice(end))
}

/** Lines one after another, broken where the window breaks them. */
function patternOf(lines: string): RegExp {
  const inOneLine = patternOfLine(lines.trim().replaceAll(/\s+/g, ' '))
  return new RegExp(inOneLine.replaceAll(' ', String.raw`\s+`), 'u')
}

/**
 * The first part of what is printed on the page that a terminal does not show, in order; undefined where it shows all of it. Numbers, hashes
 * and names may be others, and between the parts, where the page has a line with `…`, there may be more.
 */
export function missingPart(printed: string, shown: string): string | undefined {
  let rest = shown
  for (const part of printed.split(/^ *…$/m).filter(lines => lines.trim() !== '')) {
    const match = patternOf(part).exec(rest)
    if (match === null) return part
    rest = rest.slice(match.index + match[0].length)
  }
  return undefined
}
