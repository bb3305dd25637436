/**
 * The conclusions of a run when it has ended: notes and distances.
 *
 * @packageDocumentation
 */

import { pairwiseDistances } from '../pairwise.ts'
import { peerName } from '../peer-name.ts'
import type { PeerResult, RunResult } from '../result.ts'
import type { Parts } from './parts.ts'
import type { Ending, Plan, SharedTables } from './plan.ts'
import type { SharedHeap } from './shared-heap.ts'

type Diverged = Extract<Ending, { readonly reason: 'diverged' }>

/** Remarks for the person who reads this run's result. */
export function notesOn(plan: Plan, { rule, topology }: Parts, ending: Ending): string[] {
  const { byzantine, peers, task, loss, churn = 0, recipe } = plan
  const notes: string[] = []
  if (byzantine !== undefined) {
    notes.push(
      `${byzantine.peers.length} of ${peers} peers lie (${byzantine.attack}): everything is measured over the other ${peers - byzantine.peers.length}`,
    )
  }
  if (task.kind === 'one-by-one') notes.push(task.reason)
  if (rule.mixing === 'doubly-stochastic' && !topology.symmetric) {
    const directed = `${topology.name} is directed:`
    if (loss > 0) notes.push(`${directed} a message that is lost goes one way only, and moves the mean`)
    if (churn !== 0) notes.push(`${directed} who is away is heard by others than it hears, and that moves the mean`)
  }
  if (ending.reason === 'diverged') notes.push(whatDiverged(ending, peers, recipe.security.maximumNorm))
  return notes
}

function whatDiverged({ round, peer, norm }: Diverged, peers: number, maximumNorm: number): string {
  const found = Number.isFinite(norm)
    ? `a norm of ${norm.toPrecision(4)}, above the ${maximumNorm} of security.maximumNorm`
    : 'no finite norm any more'
  return `in round ${round} the parameters of ${peerName(peer, peers)} had ${found}`
}

export function peerResults({ peers, task }: Plan, tables: SharedTables): PeerResult[] {
  return Array.from({ length: peers }, (_, peer) => {
    const [accuracy, r2, rmse, mae] = [tables.accuracy, tables.r2, tables.rmse, tables.mae].map(table => table[peer])
    return {
      peer: peerName(peer, peers),
      samples: task.kind === 'stacked' || task.kind === 'one-by-one' ? tables.samples[peer] : 0,
      accuracy: Number.isNaN(accuracy) ? null : accuracy,
      ...(Number.isNaN(rmse) ? {} : { r2, rmse, mae }),
      alone: null,
      sealed: null,
      ...allExchanged(tables.bytesIn[peer], tables.bytesOut[peer]),
      exchanges: tables.merges[peer],
    }
  })
}

/** A peer's traffic, all of it exchanges: nothing is carried here but the rules' messages. */
function allExchanged(bytesIn: number, bytesOut: number) {
  return { bytesIn, bytesOut, exchangeBytes: bytesIn + bytesOut, fetchBytes: 0, fetchedBytes: 0, overheadBytes: 0 }
}

/** Distances between honest peers. */
export function distancesOfHonest(
  { peers, byzantine }: Plan,
  tables: SharedTables,
  heap: SharedHeap,
): NonNullable<RunResult['pairwise']> {
  const byzantinePeers = new Set(byzantine?.peers)
  const honest = Array.from({ length: peers }, (_, peer) => peer).filter(peer => !byzantinePeers.has(peer))
  const vectors = honest.map(peer => heap.floatsAt(tables.estimates[peer], tables.mean.length))
  return pairwiseDistances(vectors, honest)
}

export function partialOf(ending: Ending, peers: number): RunResult['partial'] {
  switch (ending.reason) {
    case 'complete':
      return undefined
    case 'interrupted':
      return { reason: 'interrupted' }
    case 'diverged':
      return { reason: 'diverged', round: ending.round, peer: peerName(ending.peer, peers) }
  }
}
