/**
 * Remembers what belongs to one round: everybody asks for the graph of the same one, and then of the next.
 *
 * @param make the same arguments must always give the same
 */
export function rememberingOneRound<T>(make: (peers: number, round: number) => T): (peers: number, round: number) => T {
  let known: { readonly peers: number; readonly round: number; readonly made: T } | undefined
  return (peers, round) => {
    if (known?.peers !== peers || known.round !== round) known = { peers, round, made: make(peers, round) }
    return known.made
  }
}
