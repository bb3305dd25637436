/** The name of a simulated peer: `peer-07` of 100, so that names sort as numbers do. */
export function peerName(index: number, peers: number): string {
  const width = String(Math.max(0, peers - 1)).length
  return `peer-${String(index).padStart(width, '0')}`
}
