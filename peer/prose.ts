/**
 * Text that fits a terminal of 80 columns.
 *
 * @packageDocumentation
 */

import { stripVTControlCharacters } from 'node:util'

/** Columns of text for people. */
export const PROSE_WIDTH = 78

/** The width of a terminal, where it is one that is narrower than prose. */
export function widthOf({ columns = PROSE_WIDTH }: NodeJS.WriteStream): number {
  return Math.min(columns, PROSE_WIDTH)
}

/**
 * Breaks text between words.
 *
 * @param indent before every line, of the width
 */
export function wrap(text: string, indent = '', width = PROSE_WIDTH): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line === '' || columnsOf(indent + longer) <= width) line = longer
    else {
      lines.push(indent + line)
      line = word
    }
  }
  return [...lines, indent + line].join('\n')
}

/** The parts, from the first, that fit in a line; of the first as many words as do, where it does not. */
export function fitting(parts: readonly string[], width: number, between = ', '): string {
  let line = parts[0]
  if (columnsOf(line) > width) {
    const words = stripVTControlCharacters(line).split(' ')
    return words.length > 1 ? fitting(words, width, ' ') : words[0].slice(0, width)
  }
  for (const part of parts.slice(1)) {
    if (columnsOf(line + between + part) > width) break
    line += between + part
  }
  return line
}

/** Columns that a text of one line takes in a terminal. */
export function columnsOf(text: string): number {
  return stripVTControlCharacters(text).length
}
