import type { GossipStatus, Peer } from '../../../src/index.ts'
import type { Output } from '../../output.ts'
import { counted } from '../../words.ts'

/** A person who looks on wonders after so long why nothing happens any more. */
const SILENCE_MS = 5_000

/** @returns ends what says now and then for whom the peer waits, from the end of its training on */
export function reportWaiting(peer: Peer, out: Output): () => void {
  let timer: NodeJS.Timeout | undefined
  let said = ''
  // There it stands below all the time.
  if (out.screen !== undefined) return () => {}
  peer.addEventListener('trained', () => {
    if (peer.recipe.averaging.rule === 'none') return
    timer ??= setInterval(() => {
      const status = peer.status()
      // Once more, for others.
      if (status.phase === 'training') return
      const waiting = `waiting ${whatFor(status)}…`
      if (waiting !== said) out.say(waiting)
      said = waiting
    }, SILENCE_MS)
  })
  return () => clearInterval(timer)
}

/** For whom a peer waits that has trained. */
export function whatFor({ phase, peers, vanished }: Pick<GossipStatus, 'phase' | 'peers' | 'vanished'>): string {
  const others = peers.length
  const gone = vanished === 0 ? '' : `, and ${vanished} that vanished`
  if (phase === 'sealed') {
    if (others === 0) return 'a while for those that left, should they come back'
    return `until ${others === 1 ? 'the other peer has' : `${others} other peers have`} sealed too`
  }
  if (others === 0) {
    const who =
      vanished === 0 ? 'for others to come' : `for the ${counted(vanished, 'peer')} that vanished to come back`
    return `${who}; without any it ends`
  }
  return `for ${counted(others, 'other peer')} to end training and agree${gone}`
}
