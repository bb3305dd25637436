import { plainBytes, type ReceivedMessage } from '../../src/averaging/rule.ts'
import { preciseMeanOf } from '../../src/parameters/vectors.ts'
import type { Averaging } from './average.ts'
import type { Block } from './block.ts'
import type { ByzantineSender } from './byzantine-sender.ts'
import type { Delivery } from './loss.ts'
import type { MeanOver } from './mean-over.ts'

/** The index of the server in the middle, where messages to and from it are lost and byzantine peers attack it. */
const SERVER = -1

interface Everybody {
  readonly block: Block
  readonly meanOver: MeanOver
  /** Coordinates that this thread sums. */
  readonly range: readonly [from: number, to: number]
  /**
   * Whether the mean stands for messages from everybody to everybody. Else each peer's goes to a server and the mean comes
   * back: two messages a peer, both counted as its own.
   */
  readonly toEachOther: boolean
  readonly delivers: Delivery | undefined
  readonly byzantineSender: ByzantineSender | undefined
}

/** Everybody's messages become one, their plain mean: two passes over them, where a sum for each peer would take n². */
export function averageEverybody({
  block,
  meanOver,
  range,
  toEachOther,
  delivers,
  byzantineSender,
}: Everybody): Averaging {
  const { first, last, peers } = block
  const answerSlot = peers

  function countSent(peer: number, own: number, answer: number): void {
    if (toEachOther) block.countSent(peer, (peers - 1) * own, peers - 1)
    else block.countSent(peer, own + answer, 2)
  }

  return {
    round(round, away) {
      const messages = block.messages(peers + 1)
      const answer = messages.at(answerSlot)
      const answerBytes = plainBytes(answer)
      for (let peer = first; peer < last; peer++) {
        if (away?.[peer]) continue
        block.say(peer, undefined, messages, peer)
        countSent(peer, messages.bytes[peer], answerBytes)
      }
      block.barrier.wait()

      const arrived: ReceivedMessage[] = []
      for (let peer = 0; peer < peers; peer++) {
        if (away?.[peer] || (delivers !== undefined && !delivers(round, peer, SERVER))) continue
        arrived.push({ peer, weight: 1 / peers, message: messages.at(peer) })
      }
      const read = byzantineSender === undefined ? arrived : byzantineSender(round, SERVER, arrived, () => undefined)
      if (read.length > 0) {
        answer.vectors.forEach((vector, v) => {
          meanOver(read.length, k => read[k].message.vectors[v].byteOffset, range, vector as Float32Array)
        })
        if (first === 0) answer.scalars.set(preciseMeanOf(read.map(({ message }) => message.scalars)))
      }
      block.barrier.wait()

      for (let peer = first; peer < last; peer++) {
        if (away?.[peer]) continue
        const hears = read.length > 0 && (delivers === undefined || delivers(round, SERVER, peer))
        if (hears) block.countReceived(peer, toEachOther ? (peers - 1) * messages.bytes[peer] : answerBytes)
        block.hear(peer, hears ? [{ peer, weight: 1, message: answer }] : [], 0)
      }
    },
  }
}
