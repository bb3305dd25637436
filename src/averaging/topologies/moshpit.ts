import { UsageError } from '../../errors.ts'
import { createRandom, type Random } from '../../random/random.ts'
import type { Adjacency, Topology } from '../topology.ts'
import { rememberingOneRound } from './one-round.ts'

/**
 * In every round everybody averages with all of its group of M.
 *
 * Ryabinin et al., "Moshpit SGD: Communication-Efficient Decentralized Training on Heterogeneous Unreliable Devices" (2021).
 * M^d peers stand in a full grid, one group for each line along an axis, each round along the next axis: d rounds give the
 * exact mean. Any other number is dealt at random into ⌈n / M⌉ groups r that differ by one at most, anew in every round; of
 * the disagreement ‖x − x̄‖² that leaves (r − 1) / (n − 1), on average.
 */
export function moshpit(groupSize: number, seed: number | string): Topology {
  const name = `moshpit:${groupSize}`
  const misfit = () =>
    groupSize > 1 ? undefined : `${name} leaves everybody alone in its group; the nearest that works is moshpit:2`
  const graph = rememberingOneRound((peers, round) => {
    const reason = misfit()
    if (reason !== undefined) throw new UsageError(reason)
    const axes = axesOfGrid(peers, groupSize)
    if (axes !== undefined) return linesOfGrid(peers, groupSize, groupSize ** (round % axes))
    return randomGroups(peers, groupSize, createRandom(`${seed}/${name}/${peers}/${round}`))
  })
  return {
    name,
    symmetric: true,
    balanced: true,
    changes: true,
    misfit,
    neighbours: (peer, peers, round) => graph(peers, round)[peer],
  }
}

/** d where n = M^d, at least 1; undefined where it is no such power. */
function axesOfGrid(peers: number, groupSize: number): number | undefined {
  let axes = 1
  let size = groupSize
  while (size < peers) {
    size *= groupSize
    axes++
  }
  return size === peers ? axes : undefined
}

/** @param stride what the next along the axis is apart */
function linesOfGrid(peers: number, groupSize: number, stride: number): Adjacency {
  return Array.from({ length: peers }, (_, peer) => {
    const first = peer - (Math.floor(peer / stride) % groupSize) * stride
    return Array.from({ length: groupSize }, (_, i) => first + i * stride).filter(other => other !== peer)
  })
}

function randomGroups(peers: number, groupSize: number, random: Random): Adjacency {
  const order = random.shuffle(Int32Array.from({ length: peers }, (_, i) => i))
  const groups = Math.ceil(peers / groupSize)
  const adjacency: (readonly number[])[] = new Array(peers)
  for (let group = 0; group < groups; group++) {
    const from = Math.floor((group * peers) / groups)
    const to = Math.floor(((group + 1) * peers) / groups)
    const members = [...order.subarray(from, to).sort()]
    for (const peer of members) adjacency[peer] = members.filter(other => other !== peer)
  }
  return adjacency
}
