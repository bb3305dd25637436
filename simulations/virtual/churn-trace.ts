import { UsageError } from '../../src/errors.ts'
import type { ChurnEvent } from '../environment.ts'

const FORM = 'time,peer,up or time,peer,down: seconds since the start, a number from 0, and what happens'

/**
 * Reads a trace of peers' availability: a line `time,peer,up|down` for every event, in any order, a heading or not. A peer
 * whose first event is `up` is not there before it.
 *
 * @param name of the file, for errors
 * @throws UsageError naming the line
 */
export function parseChurnTrace(text: string, name: string): ChurnEvent[] {
  const events: ChurnEvent[] = []
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || (i === 0 && line.trim() === 'time,peer,state')) continue
    const [time, peer, state, ...more] = line.split(',').map(cell => cell.trim())
    const up = state === 'up'
    const sound = /^\d+(\.\d+)?$/.test(time) && /^\d{1,9}$/.test(peer ?? '') && (up || state === 'down')
    if (!sound || more.length > 0) throw new UsageError(`${name}, line ${i + 1}: found "${line}"; expected ${FORM}`)
    events.push({ time: Number(time), peer: Number(peer), up })
  }
  if (events.length === 0) throw new UsageError(`${name} has no events; expected lines ${FORM}`)
  events.sort((a, b) => a.time - b.time)
  const first = new Map(events.toReversed().map(event => [event.peer, event]))
  const late = [...first.values()].filter(({ up }) => up)
  return [...late.map(({ peer }) => ({ time: 0, peer, up: false })), ...events]
}
