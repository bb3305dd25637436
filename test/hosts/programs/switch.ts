/** Hands Ethernet frames from tunnel to tunnel as a switch does, later and not all. The number of a tunnel is its port; those in use come in on stdin, one a line. @packageDocumentation */

import { createSocket } from 'node:dgram'
import { createInterface } from 'node:readline'
import { createRandom } from '../../../src/random/random.ts'
import { fillChecksum } from '../network/checksums.ts'
import { SWITCH_ADDRESS, TUNNELS_ADDRESS, VXLAN_PORT } from '../network/constants.ts'
import { createSwitch } from '../network/switching.ts'

const HEADER_BYTES = 8
/** Of a VXLAN header that says which network it is of. */
const HAS_NETWORK = 0x08
/** Where the 24 bits of the network's number stand. */
const NETWORK_AT = 4

/** Some milliseconds of what a gigabit brings, while this process does something else. */
const BUFFER_BYTES = 4 * 1024 * 1024

const { seed = 1, ...shape } = JSON.parse(process.argv[2])
const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES })
let timer: NodeJS.Timeout | undefined

const random = createRandom(seed)
const network = createSwitch({
  ...shape,
  random: () => random.uniform(),
  now: () => performance.now(),
  deliver(port, frame) {
    const packet = Buffer.alloc(HEADER_BYTES + frame.length)
    packet[0] = HAS_NETWORK
    packet.writeUIntBE(port, NETWORK_AT, 3)
    packet.set(frame, HEADER_BYTES)
    socket.send(packet, VXLAN_PORT, TUNNELS_ADDRESS, () => {})
  },
})

function work(): void {
  clearTimeout(timer)
  const next = network.work()
  timer = next === undefined ? undefined : setTimeout(work, next)
}

socket.on('message', packet => {
  const frame = packet.subarray(HEADER_BYTES)
  fillChecksum(frame)
  network.take(packet.readUIntBE(NETWORK_AT, 3), frame)
  work()
})
// Who has said nothing yet is heard of by whoever plugs it in. Without somebody who does, however it ended, there is nothing to switch for.
createInterface({ input: process.stdin })
  .on('line', port => network.open(Number(port)))
  .on('close', () => process.exit())
socket.bind(VXLAN_PORT, SWITCH_ADDRESS, () => console.log('listening'))
