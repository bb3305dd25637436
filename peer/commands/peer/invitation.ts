/**
 * Instructions for people who want others to join their peer.
 *
 * @packageDocumentation
 */

import type { PeerEvents } from '../../../src/index.ts'
import { shellWords } from '../../shell-words.ts'
import { count, counted } from '../../words.ts'

/** The things that others need, beside an address, to join. */
export interface JoiningHint {
  readonly recipeFile: string | undefined
  /** Whether it learns from data of its own: then others say where theirs are. */
  readonly hasData: boolean
  /** Whether they find this peer on the local network. */
  readonly mdns: boolean
  /** The addresses that this peer was told to connect to. */
  readonly connect: readonly string[]
}

/** How others join. */
export function describeJoining(addresses: readonly string[], hint: JoiningHint): string[] {
  if (addresses.length === 0) return []
  const how = hint.mdns
    ? 'Others join with the same recipe, on the local network by themselves, elsewhere with'
    : 'Others join with the same recipe, with'
  return [how, ...farthestFirst(addresses).map(address => commandFor(address, hint))]
}

/** The parts of a notice that were printed before. */
export interface PrintedBefore {
  /** The reason why it waits. */
  readonly why: boolean
  /** How others join, with all addresses. */
  readonly joining: boolean
}

/** For whom a peer waits, and what is typed elsewhere so that they come. */
export function describeWaiting(
  { for: what, present, minimum, connect }: PeerEvents['waiting'],
  hint: JoiningHint,
  printed: PrintedBefore,
): string[] {
  // Those that are here have not all told yet how far they are.
  if (what === 'members' && present >= minimum) {
    const here = `${count(present)} of ${counted(minimum, 'peer')} with data are here: about to begin`
    return printed.joining ? [here] : [here, ...describeJoining(connect, hint)]
  }
  const here = `${counted(Math.max(1, minimum - present), 'other peer')} with data: ${present} of ${minimum} here`
  const there = hint.connect.join(', ')
  const reasons = {
    contact: [
      `still nobody at ${there}`,
      `waiting until somebody answers at ${there}: is a peer with the same recipe there?`,
    ],
    weights: [
      present === 0 ? 'still nobody has the weights that the recipe begins from' : 'still fetching the weights',
      present === 0
        ? 'nobody has the weights that the recipe begins from yet; give them with --from FILE, here or to another peer (--wait SECONDS gives up)'
        : `fetching the weights that the recipe begins from, from ${counted(present, 'other peer')}`,
    ],
    members: [
      `still waiting for ${here}`,
      `waiting for ${here}, and the recipe begins with ${minimum} (--alone begins without others, --wait SECONDS gives up)`,
    ],
  } as const
  const [short, long] = reasons[what]
  const why = printed.why ? short : long
  if (!printed.joining) return [why, ...describeJoining(connect, hint)]
  const [nearest] = farthestFirst(connect)
  return nearest === undefined ? [why] : [`${why}; others join with`, commandFor(nearest, hint)]
}

/** The command to type on another machine. */
function commandFor(address: string, { recipeFile, hasData }: JoiningHint): string {
  const recipe = recipeFile === undefined ? [] : [recipeFile]
  const data = hasData ? ['--data', 'SOURCE'] : []
  return `  ${shellWords(['hearsay', 'peer', ...recipe, ...data, '--connect', address])}`
}

/** The addresses that reach this peer from elsewhere before the one that only reaches it from here. */
function farthestFirst(addresses: readonly string[]): string[] {
  const isLocal = (address: string) => Number(address.startsWith('/ip4/127.'))
  return [...addresses].sort((a, b) => isLocal(a) - isLocal(b))
}
