import type { Attack, AttackView } from '../../src/averaging/attacks/attack.ts'
import { createMessage, type MessageShape, type ReceivedMessage, type RuleMessage } from '../../src/averaging/rule.ts'
import { firstNonFinite, type Vector } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'

/**
 * What a receiver reads: what it was sent, with the lies of the liars in the place of what they would have said. What nobody
 * could average, for want of a finite number, is dropped.
 *
 * @param said what the receiver says to one of them, where it says anything
 */
export type Forger = (
  round: number,
  receiver: number,
  received: readonly ReceivedMessage[],
  said: (to: number) => RuleMessage | undefined,
) => readonly ReceivedMessage[]

/**
 * @param lies whether a peer does
 * @param shape of the rule's messages; their scalars are left as they are
 * @param length of a vector
 * @param allocate room for lies
 */
export function createForger(
  forge: NonNullable<Attack['forge']>,
  lies: (peer: number) => boolean,
  shape: MessageShape,
  length: number,
  allocate: (length: number) => Vector,
  seed: string,
): Forger {
  // Used again for every receiver; as many as the liars around one.
  const room: RuleMessage[] = []
  return (round, receiver, received, said) => {
    const liars = received.filter(({ peer }) => lies(Number(peer)))
    if (liars.length === 0 || lies(receiver)) return received
    const honest = received.filter(({ peer }) => !lies(Number(peer)))
    const byzantine = { count: liars.length, weight: liars.reduce((sum, { weight }) => sum + weight, 0) }
    while (room.length < liars.length) room.push(createMessage(shape, length, { allocate }))
    const read = [...honest]
    liars.forEach(({ peer, weight, message }, index) => {
      const lie = room[index]
      lie.scalars.set(message.scalars)
      message.vectors.forEach((own, v) => {
        const view: AttackView = {
          own,
          receiver: said(Number(peer))?.vectors[v] ?? own,
          honest: honest.map(({ weight, message }) => ({ weight, vector: message.vectors[v] })),
          byzantine,
          // The same for all that attack this receiver in this round.
          random: createRandom(`${seed}/${round}/${receiver}/${v}`),
        }
        forge(view, lie.vectors[v])
      })
      if (lie.vectors.every(canBeRead)) read.push({ peer, weight, message: lie })
    })
    return read.sort((a, b) => Number(a.peer) - Number(b.peer))
  }
}

function canBeRead(vector: Vector): boolean {
  return firstNonFinite(vector) < 0
}
