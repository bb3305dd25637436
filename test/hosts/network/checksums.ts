/**
 * Checksums of TCP and UDP inside an Ethernet frame. A kernel leaves them to the network card, and a program that takes the card's place has to
 * fill them in, or receivers drop what it hands on.
 *
 * @packageDocumentation
 */

const ETHERNET_BYTES = 14
const IPV4 = 0x0800
const IPV6 = 0x86dd
const IPV6_BYTES = 40

/** Where the checksum stands in a segment, by the protocol's number. */
const CHECKSUM_AT: ReadonlyMap<number, number> = new Map([
  [6, 16],
  [17, 6],
  [58, 2],
])
const UDP = 17

/** Writes the checksum of what the frame carries into it; leaves fragments and other protocols as they are. */
export function fillChecksum(frame: Buffer): void {
  const type = frame.readUInt16BE(12)
  if (type === IPV4) fillIpv4(frame.subarray(ETHERNET_BYTES))
  else if (type === IPV6) fillIpv6(frame.subarray(ETHERNET_BYTES))
}

function fillIpv4(packet: Buffer): void {
  const isFragment = (packet.readUInt16BE(6) & 0x3fff) !== 0
  if (isFragment || packet[9] === 58) return
  const header = (packet[0] & 15) * 4
  fill(packet.subarray(12, 20), packet[9], packet.subarray(header, packet.readUInt16BE(2)))
}

function fillIpv6(packet: Buffer): void {
  fill(packet.subarray(8, 40), packet[6], packet.subarray(IPV6_BYTES, IPV6_BYTES + packet.readUInt16BE(4)))
}

/** @param addresses of source and target, as they stand in the packet */
function fill(addresses: Buffer, protocol: number, segment: Buffer): void {
  const at = CHECKSUM_AT.get(protocol)
  if (at === undefined || segment.length < at + 2) return
  segment.writeUInt16BE(0, at)
  const sum = fold(sumOf(addresses) + protocol + segment.length + sumOf(segment))
  const checksum = ~sum & 0xffff
  // Nothing but zeros means of UDP that there is none.
  segment.writeUInt16BE(checksum === 0 && protocol === UDP ? 0xffff : checksum, at)
}

function sumOf(bytes: Buffer): number {
  let sum = 0
  const even = bytes.length & ~1
  for (let i = 0; i < even; i += 2) sum += (bytes[i] << 8) | bytes[i + 1]
  return even < bytes.length ? sum + (bytes[even] << 8) : sum
}

function fold(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000)
  return folded
}
