/**
 * One of two peers that exchange a vector again and again, over their real network; in between, a bare libp2p stream carries
 * as many bytes over the same connection. The one that answers prints a line with its address, and both print what they
 * measured as JSON at the end. The one that answers ends when its input does. Options: JSON in the first argument.
 *
 * @packageDocumentation
 */

import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { createSketcher } from '../../src/averaging/sketch.ts'
import { createCodings } from '../../src/gossip/coding/codings.ts'
import { createExchange } from '../../src/gossip/exchange/exchange.ts'
import { createSnapshotSketches, liveTerms } from '../../src/gossip/exchange/terms.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import { createTimeouts } from '../../src/gossip/pace/timeouts.ts'
import type { FrameStream } from '../../src/gossip/ports.ts'
import { createEngagements } from '../../src/gossip/state/engagements.ts'
import { createReplica } from '../../src/gossip/state/replica.ts'
import { systemClock } from '../../src/library/system-clock.ts'
import { createIdentity } from '../../src/network/identity.ts'
import { driveNode } from '../../src/network/libp2p-network.ts'
import { createNode } from '../../src/network/node.ts'
import type { Bandwidth } from '../../src/network/pace.ts'
import { FRAME_FLOATS } from '../../src/parameters/constants.ts'
import { createRandom } from '../../src/random/random.ts'
import { bareProtocol, CHUNK_BYTES, carryBothWays } from './bare-stream.ts'

export interface ExchangeSpeedOptions {
  readonly mebibytes: number
  readonly repetitions: number
  /** Whether bare streams carry as much between the exchanges. */
  readonly bare: boolean
  /** The other peer's address, for the one that begins. */
  readonly address?: string
  readonly bandwidth?: Bandwidth
}

/** Measurements of both sides. */
export interface ExchangeSide {
  /**
   * The process's largest resident set during the first exchange of the whole vector, above what it was just before, after
   * a garbage collection. The process had exchanged a mebibyte of the vector until then and nothing else, so whatever an
   * exchange needs that is not the vector is in it: code, queues, buffers and garbage.
   */
  readonly extraBytes: number
  /** In that exchange. */
  readonly loopDelayP99Ms: number
}

/** Measurements of the side that began; an entry for each repetition. */
export interface ExchangeSpeed extends ExchangeSide {
  readonly exchangeSeconds: number[]
  readonly bareSeconds: number[]
  /** Processor time of all threads of this side: on a machine that has other things to do it tells more than the time. */
  readonly exchangeCpuSeconds: number[]
  readonly bareCpuSeconds: number[]
  /** Bytes that went through the sockets of this side in each exchange. */
  readonly bytesOut: number[]
  readonly bytesIn: number[]
  /** Size of the chunks in which the bare streams were written. */
  readonly chunkBytes: number
}

const SWARM = 'be'.repeat(32)
const WARM_UP_FRAMES = 4
/** Bytes of a trial that finds the best size of chunks. */
const TRIAL_BYTES = 16 * 1024 * 1024
const TRIALS = 2
/** The other side has seen the end of an exchange by then too. */
const SETTLING_MS = 400
/** Memory that was collected has been given back by then. */
const RELEASING_MS = 200

const options = JSON.parse(process.argv[2]) as ExchangeSpeedOptions
const bytes = options.mebibytes * 1024 * 1024
const length = bytes / 4
const begins = options.address !== undefined
const forever = { signal: new AbortController().signal }
const { gc } = globalThis
if (gc === undefined) throw new Error('run it with --expose-gc')

const listen = begins ? [] : [multiaddr('/ip4/127.0.0.1/tcp/0')]
const identity = await createIdentity()
const node = await createNode({ swarm: SWARM, identity, listen, mdns: false, bandwidth: options.bandwidth })
const network = driveNode(node, {
  swarm: SWARM,
  listen,
  connect: [],
  bandwidth: options.bandwidth,
  random: createRandom('bench'),
  warn: message => console.error(message),
})

const own = begins ? 1 : 3
const replica = createReplica({ parameters: new Float32Array(length).fill(own), step: 0, age: 0 })
const engagements = createEngagements(replica.ledger)
let exchangesBegun = 0
const exchange = createExchange({
  self: network.self,
  replica,
  clock: systemClock,
  admissibleNorm: () => ({ most: Number.POSITIVE_INFINITY, isFalse: () => false }),
  believedAge: (_partner, age) => age,
  engagements,
  timeouts: createTimeouts(),
  codings: createCodings({ parameters: replica.parameters, random: createRandom('codings'), compression: 'none' }),
  accepts: () => true,
  nextId: () => String(exchangesBegun++),
  refusal: () => undefined,
  isBehind: () => false,
  isPart: () => true,
  onEstablished: () => {},
  onApplied: () => {},
  onCompleted: () => {},
  inRounds: false,
  isDone: () => false,
  voice: 1,
  onPartnerDone: () => {},
  makeRoom: () => {},
  onFailed: () => {},
  slots: { isFreeFor: () => true, take() {}, reclaim() {} },
  terms: async () => terms(),
})
const sketcher = createSketcher(length, SKETCH_BUCKETS, 1)
const sketches = createSnapshotSketches(
  replica.parameters,
  { sketch: () => sketcher.sketch(replica.parameters) },
  sketcher,
)
const terms = () => liveTerms(replica, engagements.ownShare, sketches)

/** Watches this process from the end of the warm-up to the end of the exchange after it. */
function createWatch() {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  let before = 0
  let exchanges = 0
  let side: ExchangeSide | undefined
  function begin(): void {
    // The largest resident set so far is forgotten, which only Linux can do; elsewhere the figure is too large.
    if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5')
    before = process.memoryUsage.rss()
    delay.enable()
  }

  return {
    exchanged(): void {
      exchanges++
      if (exchanges === 1) {
        gc?.()
        setTimeout(begin, RELEASING_MS)
      } else if (exchanges === 2) {
        delay.disable()
        const extraBytes = process.resourceUsage().maxRSS * 1024 - before
        side = { extraBytes, loopDelayP99Ms: delay.percentile(99) / 1e6 }
      }
    },
    seen(): ExchangeSide {
      if (side === undefined) throw new Error('nothing was exchanged')
      return side
    },
  }
}

const watch = createWatch()

async function answer(stream: FrameStream): Promise<void> {
  await exchange.respond(stream, forever)
  await stream.close(forever)
  watch.exchanged()
}

for (const chunkBytes of CHUNK_BYTES) {
  for (const each of new Set([bytes, TRIAL_BYTES])) {
    const carry = (stream: Stream) => carryBothWays(stream, chunkBytes, each)
    await node.libp2p.handle(bareProtocol(chunkBytes, each), carry)
  }
}
await network.start({
  stream: (_channel, stream) => answer(stream),
  announcement: () => 'ignore',
  connected() {},
  acquainted() {},
  disconnected() {},
})

if (options.address === undefined) {
  console.log(network.addresses()[0])
  process.stdin.resume().once('end', async () => {
    console.log(JSON.stringify(watch.seen()))
    await network.stop()
  })
} else {
  console.log(JSON.stringify(await measure(options.address)))
  await network.stop()
}

interface Timed {
  readonly seconds: number
  readonly cpuSeconds: number
}

async function timed(body: () => Promise<void>): Promise<Timed> {
  const began = performance.now()
  const before = process.cpuUsage()
  await body()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (performance.now() - began) / 1_000, cpuSeconds: (user + system) / 1e6 }
}

async function measure(address: string): Promise<ExchangeSpeed> {
  const connection = await node.libp2p.dial(multiaddr(address))
  const partner = connection.remotePeer.toString()
  const bytesOut: number[] = []
  const bytesIn: number[] = []

  async function average(end: number): Promise<void> {
    const stream = await network.open(partner, 'exchange', forever)
    await exchange.initiate(stream, { part: { first: 0, end }, codec: 'none', terms: terms() }, forever)
    await stream.close(forever)
  }

  async function carry(chunkBytes: number, each: number): Promise<void> {
    await carryBothWays(await connection.newStream(bareProtocol(chunkBytes, each)), chunkBytes, each)
  }

  async function bestChunkBytes(): Promise<number> {
    const seconds = new Map<number, number>()
    for (let trial = 0; trial < TRIALS; trial++) {
      for (const chunkBytes of CHUNK_BYTES) {
        const latest = (await timed(() => carry(chunkBytes, TRIAL_BYTES))).seconds
        seconds.set(chunkBytes, Math.min(latest, seconds.get(chunkBytes) ?? latest))
      }
    }
    return CHUNK_BYTES.reduce((best, each) => (Number(seconds.get(each)) < Number(seconds.get(best)) ? each : best))
  }

  await average(Math.min(length, WARM_UP_FRAMES * FRAME_FLOATS))
  watch.exchanged()
  await sleep(SETTLING_MS)
  await average(length)
  watch.exchanged()
  const mean = 2
  if (replica.parameters[0] !== mean || replica.parameters[length - 1] !== mean) throw new Error('this is no average')

  const chunkBytes = options.bare ? await bestChunkBytes() : CHUNK_BYTES[0]
  const bare: Timed[] = []
  const exchanges: Timed[] = []
  for (let repetition = 0; repetition < options.repetitions; repetition++) {
    if (options.bare) bare.push(await timed(() => carry(chunkBytes, bytes)))
    const before = network.traffic()
    exchanges.push(await timed(() => average(length)))
    const after = network.traffic()
    bytesOut.push(after.bytesOut - before.bytesOut)
    bytesIn.push(after.bytesIn - before.bytesIn)
  }
  return {
    ...watch.seen(),
    exchangeSeconds: exchanges.map(({ seconds }) => seconds),
    bareSeconds: bare.map(({ seconds }) => seconds),
    exchangeCpuSeconds: exchanges.map(({ cpuSeconds }) => cpuSeconds),
    bareCpuSeconds: bare.map(({ cpuSeconds }) => cpuSeconds),
    bytesOut,
    bytesIn,
    chunkBytes,
  }
}
