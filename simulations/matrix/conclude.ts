/**
 * What is said of a run when it has ended.
 *
 * @packageDocumentation
 */

import { distance } from '../../src/parameters/vectors.ts'
import { peerName } from '../peer-name.ts'
import type { PeerResult, RunResult } from '../result.ts'
import type { Parts } from './parts.ts'
import type { Ending, Plan, SharedTables } from './plan.ts'
import type { SharedHeap } from './shared-heap.ts'

/** Peers of which all distances are told. */
const MOST_IN_PAIRS = 64

/** What a person should know about this run. */
export function notesOn({ byzantine, peers, task, loss }: Plan, { rule, topology }: Parts): string[] {
  const notes: string[] = []
  if (byzantine !== undefined) {
    notes.push(
      `${byzantine.peers.length} of ${peers} peers lie (${byzantine.attack}): everything is measured over the other ${peers - byzantine.peers.length}`,
    )
  }
  if (task.kind === 'one-by-one') notes.push(task.reason)
  if (loss > 0 && rule.mixing === 'doubly-stochastic' && !topology.symmetric) {
    notes.push(`${topology.name} is directed: a message that is lost goes one way only, and moves the mean`)
  }
  return notes
}

export function peerResults({ peers, task }: Plan, tables: SharedTables): PeerResult[] {
  return Array.from({ length: peers }, (_, peer) => {
    const accuracy = tables.accuracy[peer]
    return {
      peer: peerName(peer, peers),
      samples: task.kind === 'stacked' || task.kind === 'one-by-one' ? tables.samples[peer] : 0,
      accuracy: Number.isNaN(accuracy) ? null : accuracy,
      alone: null,
      sealed: null,
      bytesIn: tables.bytesIn[peer],
      bytesOut: tables.bytesOut[peer],
      exchanges: tables.merges[peer],
    }
  })
}

/** Of honest peers: all, or some from everywhere among them. */
export function pairwiseDistances(
  { peers, byzantine }: Plan,
  tables: SharedTables,
  heap: SharedHeap,
): NonNullable<RunResult['pairwise']> {
  const liars = new Set(byzantine?.peers)
  const honest = Array.from({ length: peers }, (_, peer) => peer).filter(peer => !liars.has(peer))
  const shown = Math.min(honest.length, MOST_IN_PAIRS)
  const chosen = Array.from({ length: shown }, (_, k) => honest[Math.floor((k * honest.length) / shown)])
  const vectors = chosen.map(peer => heap.floatsAt(tables.estimates[peer], tables.mean.length))
  return { peers: chosen, distances: vectors.map(x => vectors.map(y => distance(x, y))) }
}

export function partialOf(ending: Ending, peers: number): Pick<RunResult, 'partial'> {
  switch (ending.reason) {
    case 'complete':
      return {}
    case 'interrupted':
      return { partial: { reason: 'interrupted' } }
    case 'diverged':
      return { partial: { reason: 'diverged', round: ending.round, peer: peerName(ending.peer, peers) } }
  }
}
