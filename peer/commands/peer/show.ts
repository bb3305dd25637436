import type { Peer } from '../../../src/index.ts'
import type { Board } from '../../dashboard/board.ts'
import type { Telling } from './events.ts'
import { describeJoining, describeWaiting, type PrintedBefore } from './joining.ts'
import { whatFor } from './waiting.ts'

/** A page has room for the whole reason each time. */
const NOTHING_YET: PrintedBefore = { why: false, joining: true, sinceLine: 0, refusal: false }

/** Shows a peer on a dashboard in the words that the terminal has for it. */
export async function showOn(
  board: Board,
  peer: Peer,
  { joining, membership, alone, stepsAsked }: Telling,
): Promise<void> {
  const { watchPeer } = await import('../../dashboard/watch-peer.ts')
  watchPeer(peer, board, {
    membership,
    isAlone: alone || peer.recipe.averaging.rule === 'none',
    stepsAsked,
    describeWaiting: waiting => describeWaiting(waiting, joining, NOTHING_YET)[0],
    whatFor,
    describeJoining: () => describeJoining(peer.addresses(), joining),
  })
}
