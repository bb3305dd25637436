/** Plain TCP connections from host to host: what a way carries, to lay beside what peers get out of it. @packageDocumentation */

import { fileURLToPath } from 'node:url'
import { startProgram } from '../attacks/process-lines.ts'
import { within } from './network/commands.ts'
import type { Host } from './network/host.ts'
import type { World } from './network/world.ts'

const PROGRAM = fileURLToPath(new URL('programs/plain-tcp.ts', import.meta.url))
const START_MS = 20_000

export interface Flow {
  readonly from: Host
  readonly to: Host
  /** Where the receiver can be reached. */
  readonly address: string
  readonly connections: number
}

/** Sends as much as goes through, over all flows at once. @returns what arrived, in bytes a second, flow by flow */
export async function plainTcp(world: World, flows: readonly Flow[], seconds: number): Promise<readonly number[]> {
  const start = (host: Host, ...args: readonly (string | number)[]) =>
    world.holds(startProgram([PROGRAM, ...args.map(String)], {}, within(host.namespace)))
  const receivers = flows.map(({ to, address }) => start(to, 'receive', address))
  const listening = await Promise.all(receivers.map(one => one.said('listening', START_MS)))
  for (const [i, { from, address, connections }] of flows.entries()) {
    start(from, 'send', address, Number(listening[i].port), connections, seconds)
  }
  const deadline = START_MS + seconds * 2_000
  const received = await Promise.all(receivers.map(one => one.said('received', deadline)))
  return received.map(({ bytesPerSecond }) => Number(bytesPerSecond))
}
