import type { Tried } from '../../../src/public/network.ts'
import { commandLine } from '../../shell-words.ts'
import { farthestFirst, type JoiningHint } from './joining.ts'

/** What a peer that nobody came to has tried, and what to type to see where it ends. */
export function describeTried(
  { listening, interfaces, dialled }: Tried,
  { recipeFile, connect }: Pick<JoiningHint, 'recipeFile' | 'connect'>,
): string[] {
  const [address = 'MULTIADDR'] = connect
  const recipe = recipeFile === undefined ? [] : [recipeFile]
  return [
    ...describeSearch(interfaces),
    ...(dialled.length === 0 ? ['no address was dialled: --connect gave none'] : []),
    ...dialled.map(({ address, outcome }) => `dialled ${address}: ${outcome}`),
    listening.length === 0
      ? 'this peer listens nowhere'
      : `others could have reached this peer at ${farthestFirst(listening).join(', ')}`,
    'to see where the way to another peer ends, with an address that it prints:',
    `  ${commandLine(['doctor', '--connect', address, ...recipe])}`,
  ]
}

function describeSearch(interfaces: Tried['interfaces']): string[] {
  if (interfaces === undefined) return ['the local network was not searched (--no-mdns)']
  const titleOf = ({ name, family }: (typeof interfaces)[number]) => `${name} (IPv${family})`
  const searched = interfaces.filter(({ failure }) => failure === undefined)
  const broken = interfaces.filter(({ failure }) => failure !== undefined)
  return [
    searched.length === 0
      ? 'mDNS could search no interface'
      : `mDNS found nobody on ${searched.map(titleOf).join(', ')}`,
    ...broken.map(each => `mDNS could not search ${titleOf(each)}: ${each.failure}`),
  ]
}
