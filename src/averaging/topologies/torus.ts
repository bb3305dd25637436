import { UsageError } from '../../errors.ts'
import type { Topology } from '../topology.ts'

/** On a circle of fewer, the next and the previous would be the same peer. */
const SHORTEST_CIRCLE = 3

/**
 * A grid whose edges meet: everyone averages with four, above and below, left and right. As near to a square as the number
 * of peers allows, because the longer side decides how fast they agree.
 */
export const torus: Topology = {
  name: 'torus',
  symmetric: true,
  balanced: true,
  changes: false,
  misfit,
  neighbours(peer, peers) {
    const rows = rowsFor(peers)
    if (rows === undefined) throw new UsageError(misfit(peers) ?? '')
    const columns = peers / rows
    const [row, column] = [Math.floor(peer / columns), peer % columns]
    const at = (r: number, c: number) => ((r + rows) % rows) * columns + ((c + columns) % columns)
    return [at(row - 1, column), at(row + 1, column), at(row, column - 1), at(row, column + 1)].sort((a, b) => a - b)
  },
}

function misfit(peers: number): string | undefined {
  if (rowsFor(peers) !== undefined) return undefined
  const smallest = SHORTEST_CIRCLE ** 2
  let [below, above] = [peers - 1, Math.max(peers + 1, smallest)]
  while (below > smallest && rowsFor(below) === undefined) below--
  while (rowsFor(above) === undefined) above++
  const nearest = below < smallest ? `nearest that works is ${above}` : `nearest that work are ${below} and ${above}`
  return `torus needs r × c peers with r and c at least ${SHORTEST_CIRCLE}, and there are ${peers}; the ${nearest} peers`
}

/** The shorter side of the rectangle that is nearest to a square; undefined where there is none. */
function rowsFor(peers: number): number | undefined {
  for (let rows = Math.floor(Math.sqrt(peers)); rows >= SHORTEST_CIRCLE; rows--) {
    if (peers % rows === 0) return rows
  }
  return undefined
}
