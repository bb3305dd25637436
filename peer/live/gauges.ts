/**
 * Quantities that are drawn in one line of a terminal.
 *
 * @packageDocumentation
 */

import { styleText } from 'node:util'

const LEVELS = '▁▂▃▄▅▆▇█'

/**
 * A bar that is full to a share.
 *
 * @param share from 0 to 1; what is more counts as 1
 */
export function bar(share: number, columns: number, stream: NodeJS.WriteStream): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * columns)
  return styleText('cyan', '█'.repeat(full), { stream }) + '░'.repeat(columns - full)
}

/**
 * A curve of positive values, by their magnitudes: the greatest is a full block, and the lowest level is the least of them or 0.
 *
 * @param values in the order of time; of more than columns each is the mean of those that fall into it
 */
export function sparkline(values: readonly number[], columns: number): string {
  const points = inColumns(values, columns)
  const logs = points.filter(point => point > 0).map(Math.log)
  const highest = Math.max(...logs)
  const range = highest - Math.min(...logs)
  const top = LEVELS.length - 1
  return points
    .map(point => {
      if (point <= 0) return LEVELS[0]
      if (range === 0) return LEVELS[top]
      return LEVELS[Math.round(top * (1 - (highest - Math.log(point)) / range))]
    })
    .join('')
}

function inColumns(values: readonly number[], columns: number): readonly number[] {
  if (values.length <= columns) return values
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns)
    const to = Math.floor(((column + 1) * values.length) / columns)
    return values.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from)
  })
}
