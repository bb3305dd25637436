import { disguise, honestMembers, honestWords } from '../liar.ts'
import { offer, propose } from '../liar-exchanges.ts'
import { keepOn, type Lie, vectorOfNorm, whenever } from '../lie.ts'

/** Every identity leaves one exchange with each honest member in doubt, lives on, and settles nothing. */
export const leavesDoubts: Lie = ({ liars, clock, length, tell }) => {
  const vector = vectorOfNorm(length, 1)
  for (const liar of liars) liar.say(() => disguise(liar, liars))
  const hasBegun = () => honestWords(liars[0], liars).some(({ ownSteps }) => ownSteps > 0)
  whenever(clock, hasBegun, () => {
    for (const [index, liar] of liars.entries()) {
      const doubtful = new Set<string>()
      const open = () => honestMembers(liars).filter(peer => !doubtful.has(peer))
      keepOn(clock, open, peer =>
        liar.talk(peer, 'exchange', async stream => {
          await propose(stream, { id: `doubt-${index}`, length, age: liar.heard.get(peer)?.age ?? 0 })
          await offer(stream, vector)
          doubtful.add(peer)
          tell('doubt', { peer })
          stream.abort(new Error('left in doubt'))
        }),
      )
    }
  })
}
