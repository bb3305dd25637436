/**
 * Instructions for people who want others to join their peer.
 *
 * @packageDocumentation
 */

import type { PeerEvents } from '../../../src/index.ts'
import { commandLine } from '../../shell-words.ts'
import { dateAndTime } from '../../until.ts'
import { count, counted } from '../../words.ts'

/** What a newcomer needs, beside recipe and address, to be let in. */
export type Entry =
  /** Nothing. */
  | { readonly kind: 'open' }
  /** An invitation for whoever holds it; it ends so many milliseconds after 1970. */
  | { readonly kind: 'invitation'; readonly text: string; readonly until: number }
  /** One of the founder, for this peer may give none. */
  | { readonly kind: 'asking'; readonly founder: string }
  /** The key that the members share; its file, where this peer got it from one. */
  | { readonly kind: 'key'; readonly file: string | undefined }

/** The things that others need, beside an address, to join. */
export interface JoiningHint {
  readonly recipeFile: string | undefined
  /** Whether it learns from data of its own: then others say where theirs are. */
  readonly hasData: boolean
  /** Whether they find this peer on the local network. */
  readonly mdns: boolean
  /** The addresses that this peer was told to connect to. */
  readonly connect: readonly string[]
  /** What lets others in, as it is now. */
  readonly entry: () => Entry
}

/** How others join. */
export function describeJoining(addresses: readonly string[], hint: JoiningHint): string[] {
  if (addresses.length === 0) return []
  return [howToJoin(hint), ...farthestFirst(addresses).map(address => commandFor(address, hint))]
}

function howToJoin({ mdns, entry }: JoiningHint): string {
  const entered = entry()
  if (entered.kind === 'open') {
    return mdns
      ? 'Others join with the same recipe, on the local network by themselves, elsewhere with'
      : 'Others join with the same recipe, with'
  }
  const near = mdns ? '; on the local network --connect may be left out' : ''
  switch (entered.kind) {
    case 'invitation':
      return `Others join with the same recipe and an invitation, such as the one below: whoever holds it gets in, until ${dateAndTime(entered.until)}${near}`
    case 'asking':
      return `Others join with the same recipe and an invitation, for which they ask the founder, ${entered.founder}: only it invites${near}`
    case 'key':
      return `Others join with the same recipe and the swarm's key${near}`
  }
}

/** The parts of a notice that were printed before. */
export interface PrintedBefore {
  /** The reason why it waits. */
  readonly why: boolean
  /** How others join, with all addresses. */
  readonly joining: boolean
  /** Notices since the line to paste was printed. */
  readonly sinceLine: number
  /** That somebody refuses this peer: an address may answer, and not let it in. */
  readonly refusal: boolean
}

/** An invitation takes several lines of a terminal: it is printed again after so many notices, of which one comes every ten seconds. */
const NOTICES_PER_INVITATION = 30

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
      printed.refusal ? `still let in by nobody at ${there}` : `still nobody at ${there}`,
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
  // Told together with it a moment ago.
  if (!printed.why) return [why]
  if (hint.entry().kind === 'invitation' && printed.sinceLine < NOTICES_PER_INVITATION) {
    return [`${why}; others join with the line above`]
  }
  const [nearest] = farthestFirst(connect)
  return nearest === undefined ? [why] : [`${why}; others join with`, commandFor(nearest, hint)]
}

/** The command to type on another machine; what people have to put in themselves is in capitals. */
function commandFor(address: string, { recipeFile, hasData, entry }: JoiningHint): string {
  const recipe = recipeFile === undefined ? [] : [recipeFile]
  const data = hasData ? ['--data', 'SOURCE'] : []
  return `  ${commandLine(['peer', ...recipe, ...data, '--connect', address, ...inviteFlag(entry())])}`
}

/** Whether a line is one to type, and no sentence. */
export function isCommand(line: string): boolean {
  return line.startsWith('  ')
}

function inviteFlag(entry: Entry): string[] {
  switch (entry.kind) {
    case 'open':
      return []
    case 'invitation':
      return ['--invite', entry.text]
    case 'asking':
      return ['--invite', 'INVITATION']
    case 'key':
      // Never the secret itself, which would stay in logs and in the history of a shell.
      return ['--invite', entry.file ?? 'KEYFILE']
  }
}

/** The addresses that reach this peer from elsewhere before the one that only reaches it from here: that of IPv4, which every machine has. */
export function farthestFirst(addresses: readonly string[]): string[] {
  const isHere = (address: string) => address.startsWith('/ip4/127.')
  const isHereToo = (address: string) => address.startsWith('/ip6/::1/') && addresses.some(isHere)
  return addresses.filter(address => !isHereToo(address)).sort((a, b) => Number(isHere(a)) - Number(isHere(b)))
}
