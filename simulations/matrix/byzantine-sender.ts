import type { Attack, AttackView } from '../../src/averaging/attacks/attack.ts'
import { createMessage, type MessageShape, type ReceivedMessage, type RuleMessage } from '../../src/averaging/rule.ts'
import { firstNonFinite, type Vector } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'

/**
 * The messages that a receiver reads: those that it was sent, with byzantine ones in the place of what an honest peer would
 * have sent. A byzantine message that cannot be averaged, for want of a finite number, is dropped.
 *
 * @param sent the receiver's own message to one of the senders, where it sends one
 */
export type ByzantineSender = (
  round: number,
  receiver: number,
  received: readonly ReceivedMessage[],
  sent: (to: number) => RuleMessage | undefined,
) => readonly ReceivedMessage[]

/**
 * @param shape of the rule's messages; their scalars are left as they are
 * @param length of a vector
 * @param allocate makes room for byzantine messages
 */
export function createByzantineSender(
  forge: NonNullable<Attack['forge']>,
  isByzantine: (peer: number) => boolean,
  shape: MessageShape,
  length: number,
  allocate: (length: number) => Vector,
  seed: string,
): ByzantineSender {
  // Used again for every receiver; as many as the byzantine peers around one.
  const room: RuleMessage[] = []
  return (round, receiver, received, sent) => {
    const replaced = received.filter(({ peer }) => isByzantine(Number(peer)))
    if (replaced.length === 0 || isByzantine(receiver)) return received
    const honest = received.filter(({ peer }) => !isByzantine(Number(peer)))
    const byzantine = { count: replaced.length, weight: replaced.reduce((sum, { weight }) => sum + weight, 0) }
    while (room.length < replaced.length) room.push(createMessage(shape, length, { allocate }))
    const read = [...honest]
    replaced.forEach(({ peer, weight, message }, index) => {
      const forged = room[index]
      forged.scalars.set(message.scalars)
      message.vectors.forEach((own, v) => {
        const view: AttackView = {
          own,
          receiver: sent(Number(peer))?.vectors[v] ?? own,
          honest: honest.map(({ weight, message }) => ({ weight, vector: message.vectors[v] })),
          byzantine,
          // The same for all that attack this receiver in this round.
          random: createRandom(`${seed}/${round}/${receiver}/${v}`),
        }
        forge(view, forged.vectors[v])
      })
      if (forged.vectors.every(canBeRead)) read.push({ peer, weight, message: forged })
    })
    return read.sort((a, b) => Number(a.peer) - Number(b.peer))
  }
}

function canBeRead(vector: Vector): boolean {
  return firstNonFinite(vector) < 0
}
