import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Libp2pMetrics, PeerEvents } from '../../src/index.ts'
import { version } from '../../src/version.ts'
import { LOOK_MS } from '../serving/constants.ts'
import { PHASES, type Seen, type Watched } from './watched.ts'

const OUTCOMES: readonly PeerEvents['exchange']['outcome'][] = [
  'averaged',
  'shortened',
  'unsettled',
  'refused',
  'failed',
]

const PURPOSES = ['exchange', 'fetch'] as const

const DIRECTIONS = [
  ['in', 'bytesIn'],
  ['out', 'bytesOut'],
] as const

/** Metrics of the process, and of a peer once there is one. */
export interface PeerRegistry {
  readonly contentType: string
  /** All of them, as Prometheus reads them, as they are or were a moment ago. */
  text(): Promise<string>
  /** From here on they are about this peer too. */
  watch(watched: Watched): void
  /** Adds those of libp2p, of a peer that is made with it. */
  readonly libp2p: Libp2pMetrics
}

export function createRegistry(): PeerRegistry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  let last: Promise<string> | undefined
  let isFreshUntil = 0
  return {
    contentType: registry.contentType,
    // Those of the process are there.
    libp2p: prometheusMetrics({ registry, collectDefaultMetrics: false }),
    text() {
      // However often somebody asks, they are collected now and then only.
      if (last === undefined || performance.now() >= isFreshUntil) {
        isFreshUntil = performance.now() + LOOK_MS
        last = registry.metrics()
      }
      return last
    },
    watch(watched) {
      addInfo(registry, watched)
      addGauges(registry, watched)
      addPhases(registry, watched)
      addRounds(registry, watched)
      addEvents(registry, watched)
      addClipped(registry, watched)
      addTraffic(registry, watched)
    },
  }
}

function addInfo(registry: Registry, { peer: { id, swarm } }: Watched): void {
  new Gauge({
    name: 'hearsay_peer_info',
    help: 'Always 1: which peer this is, of which swarm, and the version of hearsay.',
    labelNames: ['peer', 'swarm', 'version'],
    registers: [registry],
  }).set({ peer: id, swarm, version: version() }, 1)
}

/** What is asked of the peer whenever somebody looks. Null is not told: it is unknown. */
function addGauges(registry: Registry, watched: Watched): void {
  const gauges: readonly (readonly [name: string, help: string, of: (seen: Seen) => number | null])[] = [
    ['step', 'Step of the run, as its schedule of learning rates counts.', ({ status }) => status.step],
    ['own_steps', 'Local steps that this peer has trained on its own data, in all its lives.', ownSteps],
    ['own_steps_asked', 'Local steps that this peer is to train at the least.', () => watched.stepsAsked()],
    ['members', 'Other members of the swarm that are there, as this peer sees it.', ({ view }) => view.members.length],
    ['members_connected', 'Other members to which there is a connection.', connected],
    ['members_vanished', 'Members that fell silent without a goodbye.', ({ status }) => status.vanished],
    ['consensus_distance', "Relative consensus distance of the swarm, by this peer's estimate.", consensusDistance],
    ['mean_distance', "Relative distance of this peer's parameters from the mean of all.", ({ view }) => view.distance],
    ['sealed', '1 once the swarm has sealed on one vector.', () => Number(watched.peer.sealed() !== undefined)],
  ]
  for (const [name, help, of] of gauges) {
    new Gauge({
      name: `hearsay_${name}`,
      help,
      registers: [registry],
      collect() {
        const value = of(watched.seen())
        if (value === null) this.remove()
        else this.set(value)
      },
    })
  }
}

const ownSteps = ({ status }: Seen) => status.ownSteps
const consensusDistance = ({ status }: Seen) => status.consensusDistance
const connected = ({ view }: Seen) => view.members.filter(member => member.connected).length

function addPhases(registry: Registry, watched: Watched): void {
  new Gauge({
    name: 'hearsay_phase',
    help: 'Phase of this peer: 1 for the one that it is in, else 0.',
    labelNames: ['phase'],
    registers: [registry],
    collect() {
      const now = watched.phase()
      for (const phase of PHASES) this.set({ phase }, Number(phase === now))
    },
  })
}

/** What the last evaluation told; nothing before the first. */
function addRounds(registry: Registry, { peer }: Watched): void {
  const gauges: readonly (readonly [name: string, help: string, of: (round: PeerEvents['round']) => number | null])[] =
    [
      ['loss', 'Loss on the test set, as last evaluated.', ({ loss }) => loss],
      ['accuracy_ratio', 'Accuracy on the test set, as last evaluated, from 0 to 1.', ({ accuracy }) => accuracy],
      ['r2_ratio', 'R² on the test set, as last evaluated; of a regression.', ({ r2 }) => r2 ?? null],
      [
        'rmse',
        'Root of the mean squared error, in the units of the data; of a regression.',
        ({ rmse }) => rmse ?? null,
      ],
      ['samples_per_second', 'Samples trained per second, as last measured.', round => round.samplesPerSecond],
    ]
  for (const [name, help, of] of gauges) {
    const gauge = new Gauge({ name: `hearsay_${name}`, help, registers: [registry] })
    gauge.remove()
    peer.addEventListener('round', ({ detail }) => {
      const value = of(detail)
      if (value !== null) gauge.set(value)
    })
  }
}

function addEvents(registry: Registry, { peer }: Watched): void {
  const exchanges = new Counter({
    name: 'hearsay_exchanges_total',
    help: 'Exchanges that this peer began, by how they ended.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  for (const outcome of OUTCOMES) exchanges.inc({ outcome }, 0)
  peer.addEventListener('exchange', ({ detail: { outcome } }) => exchanges.inc({ outcome }))
  const warnings = new Counter({
    name: 'hearsay_warnings_total',
    help: 'Warnings of this peer.',
    registers: [registry],
  })
  peer.addEventListener('warning', () => warnings.inc())
}

function addClipped(registry: Registry, watched: Watched): void {
  new Counter({
    name: 'hearsay_clipped_exchanges_total',
    help: 'Exchanges that counted for less, because the two models were too far apart; of the aggregators `clipped` and `clipped:TAU`.',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(watched.seen().status.clipped)
    },
  })
}

function addTraffic(registry: Registry, watched: Watched): void {
  /** What is not for a stream may shrink by what its socket has not counted yet; a counter that falls reads as a restart. */
  const overhead = { in: 0, out: 0 }
  new Counter({
    name: 'hearsay_network_bytes_total',
    help: 'Bytes that this peer carried, by direction and purpose: exchanges, fetching parameters, and overhead, the rest.',
    labelNames: ['direction', 'purpose'],
    registers: [registry],
    collect() {
      const { status } = watched.seen()
      this.reset()
      for (const [direction, bytes] of DIRECTIONS) {
        for (const purpose of PURPOSES) this.inc({ direction, purpose }, status.streams[purpose][bytes])
        const rest = status[bytes] - status.streams.exchange[bytes] - status.streams.fetch[bytes]
        overhead[direction] = Math.max(overhead[direction], rest)
        this.inc({ direction, purpose: 'overhead' }, overhead[direction])
      }
    },
  })
}
