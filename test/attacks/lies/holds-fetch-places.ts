import { receive, send } from '../../../src/gossip/streams/messages.ts'
import { disguise, honestMembers, honestWords, never } from '../liar.ts'
import { keepOn, type Lie, whenever } from '../lie.ts'

/** As many as one peer gets. */
const STREAMS = 2

/** Every identity fetches from each honest member over as many streams as it may, and keeps them when it has got what it asked for. */
export const holdsFetchPlaces: Lie = ({ liars, clock, length, tell }) => {
  for (const liar of liars) liar.say(() => disguise(liar, liars))
  const hasBegun = () => honestWords(liars[0], liars).some(({ phase }) => phase === 'training')
  const everybody = () => honestMembers(liars)
  whenever(clock, hasBegun, () => {
    for (const liar of Array.from({ length: STREAMS }, () => liars).flat()) {
      keepOn(clock, everybody, peer =>
        liar.talk(peer, 'fetch', async stream => {
          await send(stream, { type: 'fetch', first: 0, end: length }, never)
          await receive(stream, 'vector', never)
          tell('held')
          for (;;) await stream.read(never)
        }),
      )
    }
  })
}
