import { WrongUsage } from './wrong-usage.ts'

/** Commander would miss it before it sees that it was misspelt. */
export function requirePeers({ peers }: { readonly peers?: number }): void {
  if (peers === undefined) throw new WrongUsage('--peers N is missing; expected a whole number of at least 1')
}
