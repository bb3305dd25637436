/**
 * A local network on which packets take their time, get lost and queue: by `tc netem` where the kernel has it, otherwise by a switch of our own in
 * a process, to which every interface is a VXLAN tunnel.
 *
 * @packageDocumentation
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ipIn, runIn, within } from './commands.ts'
import { QUEUE_SECONDS, SWITCH_ADDRESS, TUNNELS_ADDRESS, VXLAN_PORT } from './constants.ts'
import type { Network } from './host.ts'
import type { Inhabitant } from './inhabitant.ts'
import { createLan } from './lan.ts'

/** What lies between any two hosts. */
export interface Shape {
  /** One way. */
  readonly delayMs?: number
  /** The share of packets that never arrive, from 0 to 1. */
  readonly loss?: number
  /** Of each host's wire, each way. */
  readonly rateMbps?: number
  /** Of what is lost, where a switch of our own decides it. */
  readonly seed?: number
}

export interface ShapedLan extends Network {
  readonly by: 'netem' | 'switch'
}

export interface ShapedLanOptions {
  readonly name: string
  readonly shape: Shape
  readonly addNamespace: (name: string) => string
  readonly holds: (inhabitant: Inhabitant) => unknown
  /** Default: netem where the kernel has it. */
  readonly by?: ShapedLan['by']
}

const SWITCH = fileURLToPath(new URL('../programs/switch.ts', import.meta.url))

/** Ethernet's. */
const MTU = 1_500
/** Of what carries the tunnels: whole packets with the 50 bytes around them. */
const CARRIER_MTU = 9_000

/** A process that has not said by then that it listens never will. */
const START_MS = 20_000

/** Packets of one size, so that each is delayed and lost by itself. */
const ONE_BY_ONE = `mtu ${MTU} gso_max_segs 1`

export async function createShapedLan(options: ShapedLanOptions): Promise<ShapedLan> {
  const namespace = options.addNamespace(options.name)
  const by = options.by ?? (hasNetem(namespace) ? 'netem' : 'switch')
  return by === 'netem' ? createNetemLan(namespace, options.shape) : await createSwitchedLan(namespace, options)
}

function hasNetem(namespace: string): boolean {
  try {
    runIn(namespace, ['tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'])
    runIn(namespace, ['tc', 'qdisc', 'del', 'dev', 'lo', 'root'])
    return true
  } catch {
    return false
  }
}

function createNetemLan(namespace: string, { delayMs = 0, loss = 0, rateMbps }: Shape): ShapedLan {
  const lan = createLan(namespace, {})
  const rate = rateMbps === undefined ? '' : `rate ${rateMbps}mbit`
  /** @returns how many packets lie there at the most: those on their way, and those in the queue */
  const limit = (delay: number) => Math.ceil(((rateMbps ?? 1_000) * 125 * (delay + QUEUE_SECONDS * 1_000)) / MTU)
  const shape = (where: string, device: string, words: string) =>
    runIn(where, ['tc', 'qdisc', 'add', 'dev', device, 'root', 'netem', ...words.trim().split(/ +/)])
  let count = 0
  return {
    by: 'netem',
    plug(host, name) {
      lan.plug(host, name)
      ipIn(host, `link set ${name} ${ONE_BY_ONE}`)
      shape(host, name, `limit ${limit(0)} ${rate}`)
      shape(namespace, `port${count++}`, `limit ${limit(delayMs)} delay ${delayMs}ms loss ${loss * 100}% ${rate}`)
    },
  }
}

async function createSwitchedLan(namespace: string, { name, shape, addNamespace, holds }: ShapedLanOptions) {
  const inside = addNamespace(`${name}-switch`)
  ipIn(namespace, `link add tunnels mtu ${CARRIER_MTU} type veth peer name switch mtu ${CARRIER_MTU} netns ${inside}`)
  for (const [where, device, address] of [
    [namespace, 'tunnels', TUNNELS_ADDRESS],
    [inside, 'switch', SWITCH_ADDRESS],
  ]) {
    ipIn(where, `address add ${address}/30 dev ${device}`)
    ipIn(where, `link set ${device} up`)
  }
  const own = await startSwitch(inside, shape)
  holds(own)
  let ports = 0
  return {
    by: 'switch' as const,
    plug(host: string, device: string) {
      const port = ++ports
      const tunnel = `tunnel${port}`
      const ends = `local ${TUNNELS_ADDRESS} remote ${SWITCH_ADDRESS}`
      // Its own sockets stay where it was made, while the device moves.
      ipIn(namespace, `link add ${tunnel} type vxlan id ${port} dstport ${VXLAN_PORT} ${ends} nolearning`)
      ipIn(namespace, `link set ${tunnel} netns ${host} name ${device}`)
      ipIn(host, `link set ${device} ${ONE_BY_ONE}`)
      own.open(port)
    },
  }
}

async function startSwitch(namespace: string, shape: Shape): Promise<Inhabitant & { open(port: number): void }> {
  const [command, ...args] = [...within(namespace), process.execPath, SWITCH, JSON.stringify(shape)]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await listening(child)
  return { ended, end: signal => void child.kill(signal), open: port => void child.stdin.write(`${port}\n`) }
}

async function listening(child: ChildProcess): Promise<void> {
  const signal = AbortSignal.timeout(START_MS)
  const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the switch ended with ${code}`)))
  gone.catch(() => {})
  await Promise.race([once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data', { signal }), gone])
}
