import type { Peer } from '../../../src/index.ts'
import type { Output } from '../../output.ts'
import { counted } from '../../words.ts'

/** Whoever looks on wonders after so long why nothing happens any more. */
const SILENCE_MS = 5_000

/** Those whom a peer meets. */
export interface Company {
  /** Whether anybody was met since this process began. */
  met(): boolean
  /** Says now and then whom the peer waits for, from the end of its training on. */
  end(): void
}

export function watchCompany(peer: Peer, out: Output): Company {
  let met = false
  let timer: NodeJS.Timeout | undefined
  let said = ''
  peer.addEventListener('peer:join', () => {
    met = true
  })
  peer.addEventListener('trained', () => {
    if (peer.recipe.averaging.rule === 'none') return
    timer = setInterval(() => {
      const waiting = `waiting ${whatFor(peer, met)}…`
      if (waiting !== said) out.say(waiting)
      said = waiting
    }, SILENCE_MS)
  })
  return { met: () => met, end: () => clearInterval(timer) }
}

function whatFor(peer: Peer, met: boolean): string {
  const others = peer.status().peers.length
  const sealed = peer.sealed() !== undefined
  if (others === 0) {
    if (!met) return 'for others: nobody was met yet'
    return sealed ? 'a while for those that left, should they come back' : 'for others: all that were met have left'
  }
  if (sealed) return `until ${others === 1 ? 'the other peer has' : `${others} other peers have`} sealed too`
  return `for ${counted(others, 'other peer')} to end training and agree`
}
