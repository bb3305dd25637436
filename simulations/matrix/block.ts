/**
 * The peers that one thread carries: their rule's states, and what they say and hear. Only this thread touches the states; what
 * peers say lies where every thread reads it.
 *
 * @packageDocumentation
 */

import type { AveragingRule, Link, ReceivedMessage } from '../../src/averaging/rule.ts'
import { createRandom, type Random } from '../../src/random/random.ts'
import type { Learner } from '../tasks/learner.ts'
import type { Barrier } from './barrier.ts'
import { type Messages, messageRoom, openMessages } from './messages.ts'
import type { MixingKernels } from './mixing-kernels.ts'
import { CONTROL, type SharedTables } from './plan.ts'
import type { SharedHeap } from './shared-heap.ts'

export interface Block {
  readonly rule: AveragingRule
  /** The block's peers: from `first` up to, not including, `last`. */
  readonly first: number
  readonly last: number
  /** Peers of the whole swarm. */
  readonly peers: number
  /** Length of a vector. */
  readonly parameters: number
  readonly heap: SharedHeap
  readonly tables: SharedTables
  readonly kernels: MixingKernels
  /** Waits for the other threads. */
  readonly barrier: Barrier
  owns(peer: number): boolean
  state(peer: number): unknown
  /** The vector by which one of the block's peers would be judged, where all threads see it. */
  estimate(peer: number): Float32Array
  /** At least so many slots. All threads ask for the same, between two barriers in which nobody reads messages. */
  messages(slots: number): Messages
  /** One of the block's peers says something, to one peer or to all; what it weighs is kept beside it. */
  say(peer: number, link: Link | undefined, messages: Messages, slot: number): void
  /** One of the block's peers hears what has arrived. */
  hear(peer: number, received: readonly ReceivedMessage[], selfWeight: number): void
  /** The round passes without those of the block's peers that are away. @param away `[peers]`, 1 for those */
  skip(away: Uint8Array): void
  /** Counts a message on its way, whether it arrives or not. */
  countSent(peer: number, bytes: number, messages: number): void
  countReceived(peer: number, bytes: number): void
}

interface BlockParts {
  readonly rule: AveragingRule
  readonly learner: Learner
  readonly peers: number
  readonly first: number
  readonly last: number
  readonly heap: SharedHeap
  readonly tables: SharedTables
  readonly kernels: MixingKernels
  readonly barrier: Barrier
  /** The swarm's seed, of which every peer forks its own. */
  readonly seed: string
}

/** The factor by which messages' room grows, so that a graph that changes does not ask for more in every round. */
const GROWTH = 1.5

const ADDRESS_UNIT = 16

export async function createBlock(parts: BlockParts): Promise<Block> {
  const { rule, learner, peers, first, last, heap, tables, kernels, barrier, seed } = parts
  const { parameters } = learner
  const random = createRandom(seed)
  const states: unknown[] = []
  // Made when they are needed: most rules draw nothing.
  const randoms: (Random | undefined)[] = new Array(last - first)
  const allocate = (length: number) => heap.floats(length)
  for (let peer = first; peer < last; peer++) {
    const samples = learner.samples(peer)
    tables.samples[peer] = samples
    states.push(rule.start(await learner.start(peer), { peers, samples, allocate }))
  }

  // For rules that give their parameters as a copy, which others could not see.
  const copies = new Map<number, Float32Array>()
  let room: Messages | undefined

  function messages(slots: number): Messages {
    if (room !== undefined && room.slots >= slots) return room
    const wanted = room === undefined ? slots : Math.ceil(slots * GROWTH)
    if (first === 0) {
      const address = heap.take(messageRoom(rule.message, parameters, wanted))
      tables.control[CONTROL.messages] = address / ADDRESS_UNIT
    }
    barrier.wait()
    const address = tables.control[CONTROL.messages] * ADDRESS_UNIT
    room = openMessages(heap, address, rule.message, parameters, wanted)
    return room
  }

  function randomOf(peer: number): Random {
    const known = randoms[peer - first]
    if (known !== undefined) return known
    const made = random.fork(peer)
    randoms[peer - first] = made
    return made
  }

  function estimate(peer: number): Float32Array {
    const x = rule.estimate(states[peer - first])
    if (x instanceof Float32Array && x.buffer instanceof SharedArrayBuffer) return x
    const copy = copies.get(peer) ?? heap.floats(parameters)
    copies.set(peer, copy)
    copy.set(x)
    return copy
  }

  return {
    rule,
    first,
    last,
    peers,
    parameters,
    heap,
    tables,
    kernels,
    barrier,
    owns: peer => peer >= first && peer < last,
    state: peer => states[peer - first],
    estimate,
    messages,
    say(peer, link, { at, bytes }, slot) {
      bytes[slot] = rule.send(states[peer - first], link, at(slot), randomOf(peer))
    },
    hear(peer, received, selfWeight) {
      rule.merge(states[peer - first], received, selfWeight)
      tables.merges[peer]++
    },
    skip(away) {
      for (let peer = first; peer < last; peer++) if (away[peer]) rule.skip?.(states[peer - first])
    },
    countSent(peer, bytes, messages) {
      tables.bytesOut[peer] += bytes
      tables.messagesOut[peer] += messages
    },
    countReceived(peer, bytes) {
      tables.bytesIn[peer] += bytes
    },
  }
}
