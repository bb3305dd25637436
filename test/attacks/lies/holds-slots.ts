import { disguise, honestMembers, honestWords, never } from '../liar.ts'
import { propose } from '../liar-exchanges.ts'
import { keepOn, type Lie, whenever } from '../lie.ts'

/** Every identity proposes an exchange to each honest member, and says nothing once it is agreed; again and again. */
export const holdsSlots: Lie = ({ liars, clock, length, tell }) => {
  let next = 0
  for (const liar of liars) liar.say(() => disguise(liar, liars))
  const hasBegun = () => honestWords(liars[0], liars).some(({ phase }) => phase === 'training')
  const everybody = () => honestMembers(liars)
  whenever(clock, hasBegun, () => {
    for (const liar of liars) {
      keepOn(clock, everybody, peer =>
        liar.talk(peer, 'exchange', async stream => {
          await propose(stream, { id: `slot-${next++}`, length, age: liar.heard.get(peer)?.age ?? 0 })
          tell('held')
          await stream.read(never)
        }),
      )
    }
  })
}
