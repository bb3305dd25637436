import type { MixingMatrix } from '../../src/averaging/mixing.ts'
import type { ReceivedMessage } from '../../src/averaging/rule.ts'
import type { Averaging } from './average.ts'
import type { Block } from './block.ts'
import type { ByzantineSender } from './byzantine-sender.ts'
import type { Delivery } from './loss.ts'
import type { Messages } from './messages.ts'
import { type OutLinks, outLinks } from './out-links.ts'
import { withoutPeers } from './without-peers.ts'

/** Everybody hears its neighbours, along the rows of W: one message for all that hear it, or one on each link. */
export function averageOverLinks(
  block: Block,
  mixing: (round: number) => MixingMatrix,
  delivers: Delivery | undefined,
  byzantineSender: ByzantineSender | undefined,
): Averaging {
  const { rule, first, last, peers } = block
  const forAll = rule.message.to === 'all'
  const keeper = rule.mixing === 'column-stochastic' ? 'sender' : 'receiver'
  // Links are those of the latest matrix, which often is the same in every round.
  let links: OutLinks | undefined
  let heard: (readonly ReceivedMessage[])[] = []
  let latest: MixingMatrix | undefined
  let room: Messages | undefined

  function sayAll(messages: Messages, { offsets }: OutLinks, away: Uint8Array | undefined): void {
    for (let peer = first; peer < last; peer++) {
      if (away?.[peer]) continue
      block.say(peer, undefined, messages, peer)
      const receivers = offsets[peer + 1] - offsets[peer]
      block.countSent(peer, receivers * messages.bytes[peer], receivers)
    }
  }

  function sayEach(W: MixingMatrix, messages: Messages, { offsets, receivers, places }: OutLinks): void {
    for (let peer = first; peer < last; peer++) {
      for (let at = offsets[peer]; at < offsets[peer + 1]; at++) {
        const place = places[at]
        block.say(peer, { peer: receivers[at], weight: W.weights[place] }, messages, place)
        block.countSent(peer, messages.bytes[place], 1)
      }
    }
  }

  /** Messages that arrive at a peer. */
  function inbox(W: MixingMatrix, messages: Messages, round: number, peer: number): readonly ReceivedMessage[] {
    const received: ReceivedMessage[] = []
    for (let k = W.offsets[peer]; k < W.offsets[peer + 1]; k++) {
      const from = W.neighbours[k]
      if (delivers !== undefined && !delivers(round, from, peer)) continue
      const slot = forAll ? from : k
      received.push({ peer: from, weight: W.weights[k], message: messages.at(slot) })
    }
    return received
  }

  function countReceived(W: MixingMatrix, { bytes }: Messages, round: number, peer: number): void {
    let sum = 0
    for (let k = W.offsets[peer]; k < W.offsets[peer + 1]; k++) {
      const from = W.neighbours[k]
      if (delivers === undefined || delivers(round, from, peer)) sum += bytes[forAll ? from : k]
    }
    block.countReceived(peer, sum)
  }

  /** The message of one peer to another; undefined where it sends none. */
  function sent(W: MixingMatrix, messages: Messages, from: number, to: number) {
    if (forAll) return messages.at(from)
    for (let k = W.offsets[to]; k < W.offsets[to + 1]; k++) if (W.neighbours[k] === from) return messages.at(k)
    return undefined
  }

  return {
    round(round, away) {
      const whole = mixing(round)
      const W = away === undefined ? whole : withoutPeers(whole, away, keeper)
      const messages = block.messages(forAll ? peers : W.neighbours.length)
      const same = W === latest && messages === room
      if (!same || links === undefined) {
        latest = W
        room = messages
        links = outLinks(W)
        heard = []
      }
      if (forAll) sayAll(messages, links, away)
      else sayEach(W, messages, links)
      block.barrier.wait()
      for (let peer = first; peer < last; peer++) {
        if (away?.[peer]) continue
        let received = heard[peer - first]
        if (received === undefined) {
          received = inbox(W, messages, round, peer)
          // Kept once a graph turns out to stay: what a changing one leaves behind would only age.
          if (same && delivers === undefined) heard[peer - first] = received
        }
        countReceived(W, messages, round, peer)
        if (byzantineSender !== undefined)
          received = byzantineSender(round, peer, received, to => sent(W, messages, peer, to))
        block.hear(peer, received, W.self[peer])
      }
    },
  }
}
