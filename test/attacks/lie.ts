/**
 * What lies have in common: a scene, and a way to tell what came of them. They run over real sockets and in a simulated world alike.
 *
 * @packageDocumentation
 */

import type { Sketcher } from '../../src/averaging/sketch.ts'
import { createTimeouts } from '../../src/gossip/pace/timeouts.ts'
import type { Clock, PeerId } from '../../src/gossip/ports.ts'
import { servePieces } from '../../src/gossip/sync/fetch.ts'
import { norm } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'
import { type Liar, never } from './liar.ts'

export interface LieScene {
  readonly liars: readonly Liar[]
  readonly clock: Clock
  /** Elements of the swarm's parameters. */
  readonly length: number
  /** Local steps that the recipe asks for. */
  readonly steps: number
  /** The largest norm that the recipe lets pass. */
  readonly maximumNorm: number
  readonly sketcher: Sketcher
  /** Says what has happened, for whoever judges the attack. */
  readonly tell: (event: string, detail?: object) => void
}

/** Has liars say and do what they do from now on. */
export type Lie = (scene: LieScene) => void

/** How often it is looked whether there is something to attack. */
const LOOK_MS = 50

/** Calls back once, when there is something to attack. */
export function whenever(clock: Clock, condition: () => boolean, then: () => void): void {
  if (condition()) then()
  else clock.after(LOOK_MS, () => whenever(clock, condition, then))
}

/** Repeats this for each of some peers, again and again, side by side. */
export function keepOn(clock: Clock, peers: () => readonly PeerId[], body: (peer: PeerId) => Promise<unknown>): void {
  const busy = new Set<PeerId>()
  function look(): void {
    for (const peer of peers()) {
      if (busy.has(peer)) continue
      busy.add(peer)
      body(peer)
        .catch(() => {})
        .finally(() => busy.delete(peer))
    }
    clock.after(LOOK_MS, look)
  }
  look()
}

/** A vector of a norm, the same in every run. */
export function vectorOfNorm(length: number, size: number): Float32Array {
  const random = createRandom('the vector of an attacker')
  const vector = Float32Array.from({ length }, () => random.uniform() - 0.5)
  const scale = size / norm(vector)
  return vector.map(value => value * scale)
}

/** Gives a vector, whichever is asked for, to whoever asks. */
export function giveTo(liar: Liar, clock: Clock, vector: Float32Array, age: number): void {
  liar.answer('fetch', stream => servePieces(stream, () => ({ vector, age }), clock, createTimeouts(), never))
}
