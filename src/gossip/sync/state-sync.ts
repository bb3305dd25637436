/**
 * Whole vectors from other peers, and pieces of this peer's for others: those that have a hash, for the seal; current parameters, for
 * latecomers.
 *
 * The current parameters of a swarm in which everybody trains are no one vector. A newcomer takes pieces of several peers' parameters, each
 * of the vector that its peer has at that moment. These are all within the swarm's own consensus distance of one another, and so is the
 * vector that they make up: as good a member of the swarm as any other.
 *
 * @packageDocumentation
 */

import { createMutex } from '../../mutex.ts'
import { hashParameters } from '../../parameters/hash.ts'
import { NormError, ProtocolViolationError } from '../errors.ts'
import type { Conduct } from '../membership/conduct.ts'
import type { Member } from '../membership/membership.ts'
import type { Timeouts } from '../pace/timeouts.ts'
import type { AbortOptions, PeerId } from '../ports.ts'
import type { Conversations, Penalties } from '../streams/conversations.ts'
import type { Assembly, Part } from './assembly.ts'
import { type Ask, download } from './download.ts'
import { type FetchedVector, fetchPiece } from './fetch.ts'
import { createKeptAssembly } from './kept-assembly.ts'
import { createSourceQuorum, type SourceQuorumOptions } from './source-quorum.ts'

export interface StateSyncOptions extends SourceQuorumOptions {
  /** Elements of every vector. */
  readonly length: number
  /** ‖x‖₂ that the recipe allows. */
  readonly maximumNorm: number
  readonly conversations: Conversations
  readonly timeouts: Timeouts
  /**
   * The vector with this hash, which keeps still, or the parameters, which may go on changing; undefined where this peer has
   * none.
   */
  readonly held: (hash: string | undefined) => FetchedVector | undefined
  readonly scores: Penalties
  readonly conduct: Pick<Conduct, 'fault'>
}

/** Parameters that are current in the swarm. */
export interface CurrentParameters extends FetchedVector {
  /** Local steps that the peers which gave them have done: fewer than the parameters have absorbed, which are the most of all. */
  readonly step: number
  /** How many members agreed that this is where they are. */
  readonly agreed: number
}

export interface StateSync {
  /**
   * The vector with this hash: this peer's, or put together from what these peers give. Where that is not all of it, it is
   * kept for the next attempt, until another vector is fetched or `KEPT_MS` have passed.
   *
   * @returns undefined where they do not give all of it
   * @throws the signal's reason when it is aborted
   */
  withHash(hash: string, holders: readonly PeerId[], options: AbortOptions): Promise<FetchedVector | undefined>
  /**
   * Parameters as they are in the swarm now, put together from those of several peers. Where that is not all, it is kept for
   * the next attempt, as {@link withHash} does, but for what is no longer current by then.
   *
   * @param ahead peers that may be asked; more than half of them must agree
   * @param lag parameters that have absorbed so many steps less than others are no longer current: a peer with them would be
   * late again
   * @returns undefined where there is no majority, it does not give everything, or what it gave is not what it announced
   * @throws the signal's reason when it is aborted
   */
  current(ahead: readonly Member[], lag: number, options: AbortOptions): Promise<CurrentParameters | undefined>
  /** Bytes that have arrived here on the streams on which something was fetched. */
  fetchedBytes(): number
}

export function createStateSync(options: StateSyncOptions): StateSync {
  const { length, maximumNorm, conversations, clock, timeouts, random } = options
  const quorum = createSourceQuorum(options)
  const kept = createKeptAssembly(length, clock)
  /** One fetch after the other: there is memory for one vector. */
  const fetching = createMutex()
  let fetchedBytes = 0

  /** @returns whether the assembly is complete */
  async function fetchInto(assembly: Assembly, holders: readonly PeerId[], abort: AbortOptions): Promise<boolean> {
    return await download({ assembly, holders, clock, talk: (...args) => talk(assembly.hash, ...args) }, abort)
  }

  async function talk(
    hash: string | undefined,
    holder: PeerId,
    abort: AbortOptions,
    body: (ask: Ask) => Promise<void>,
  ): Promise<void> {
    await conversations.talk(holder, 'fetch', abort, async stream => {
      let squares = 0
      try {
        await body(async (piece, onFrame) => {
          const fetched = await fetchPiece(stream, hash, piece, length, clock, timeouts, onFrame, abort)
          squares += fetched.norm ** 2
          if (Math.sqrt(squares) <= maximumNorm) return fetched
          throw new NormError(holder, Math.sqrt(squares), maximumNorm)
        })
      } finally {
        fetchedBytes += stream.traffic.bytesIn
      }
    })
  }

  async function withHash(
    hash: string,
    holders: readonly PeerId[],
    abort: AbortOptions,
  ): Promise<FetchedVector | undefined> {
    const own = options.held(hash)
    if (own !== undefined) return own
    const assembly = kept.of(hash)
    let candidates = random.shuffle([...holders])
    if (await fetchInto(assembly, candidates, abort)) {
      if (assembly.matches()) return finished(assembly)
    } else {
      kept.forgetLater(abort)
      return undefined
    }

    // Somebody lied. A peer that gives all of it alone is right, and shows which one did.
    const doubtful = assembly.parts()
    const [giver, ...others] = giversOf(doubtful)
    if (others.length === 0) {
      blameForAll(giver)
      candidates = candidates.filter(peer => peer !== giver)
    }
    for (const holder of candidates) {
      assembly.drop(() => true)
      if (!(await fetchInto(assembly, [holder], abort))) continue
      if (assembly.matches()) {
        if (others.length > 0) blameForParts(doubtful, assembly.vector)
        return finished(assembly)
      }
      blameForAll(holder)
    }
    kept.release()
    return undefined
  }

  function blame(giver: PeerId, message: string): void {
    options.conduct.fault(giver, 'wrong-vector')
    options.scores.penalise(giver, new ProtocolViolationError(message))
  }

  const blameForAll = (holder: PeerId) => blame(holder, 'the vector that was sent is not the one that was asked for')

  /** Penalises the peers that gave what is no part of this vector. */
  function blameForParts(parts: readonly Part[], vector: Float32Array): void {
    for (const giver of giversOf(parts.filter(part => differs(part, vector)))) {
      blame(giver, 'a piece that was sent is not one of the vector that was asked for')
    }
  }

  /** Hands the vector over; nothing else is put into it. */
  function finished(assembly: Assembly): FetchedVector {
    kept.release()
    // The least that anybody said, so that one that says too much makes nobody skip its training.
    return { vector: assembly.vector, age: Math.min(...assembly.parts().map(({ age }) => age)) }
  }

  async function current(
    ahead: readonly Member[],
    lag: number,
    abort: AbortOptions,
  ): Promise<CurrentParameters | undefined> {
    const earlier = giversOf(kept.current()?.parts() ?? [])
    const selected = await quorum.select(ahead, earlier, abort)
    if (selected === undefined) return undefined
    const { sources, suspected, agreed, age, step } = selected
    const assembly = kept.of(undefined)
    assembly.drop(part => age - part.age > lag || (suspected && part.from !== sources[0]))
    const complete = await fetchInto(assembly, sources, abort)
    if (!complete && suspected) quorum.silent(sources[0])
    if (complete && (await isCurrent(assembly, abort))) return { ...finished(assembly), age, step, agreed }
    kept.forgetLater(abort)
    return undefined
  }

  /** Whether the vector is what the swarm announces; if not, all its pieces are dropped. */
  async function isCurrent(assembly: Assembly, abort: AbortOptions): Promise<boolean> {
    const isVerified = await quorum.verify(assembly.vector, giversOf(assembly.parts()), abort)
    if (isVerified && assembly.norm() <= maximumNorm) return true
    assembly.drop(() => true)
    return false
  }

  return {
    withHash: (hash, holders, abort) => fetching.run(() => withHash(hash, holders, abort)),
    current: (ahead, lag, abort) => fetching.run(() => current(ahead, lag, abort)),
    fetchedBytes: () => fetchedBytes,
  }
}

function giversOf(parts: readonly Part[]): readonly PeerId[] {
  return [...new Set(parts.map(({ from }) => from))]
}

function differs({ piece, digest }: Part, vector: Float32Array): boolean {
  return hashParameters(vector.subarray(piece.first, piece.end)) !== digest
}
