import type { Connection, Metrics, MultiaddrConnection } from '@libp2p/interface'
import type { Network } from '../gossip/ports.ts'
import type { ComponentLogger } from './logger.ts'
import { carriedBy } from './transports/registry.ts'
import type { CarriedBytes } from './transports/transport.ts'

/** Makes what keeps libp2p's own metrics. */
export type Libp2pMetrics = (components: { readonly logger: ComponentLogger }) => Metrics

export interface TrafficMeter {
  /** Metrics to give to libp2p: the place where it shows every connection, as soon as its transport has one. */
  readonly metrics: Metrics
  /**
   * Bytes that this node's connections have carried since the start, as their transports count them. Over TCP the sockets do:
   * handshakes, framing and encryption included, TCP/IP headers and multicast discovery not. Bytes out include what still
   * waits to be sent.
   */
  readonly total: Network['traffic']
  /** Bytes that one of them has brought; undefined of one that is not known. */
  bytesIn(connection: Connection): number | undefined
}

/** @param beside keeps libp2p's own metrics, where somebody reads them */
export function createTrafficMeter(beside?: Metrics): TrafficMeter {
  const open = new Set<CarriedBytes>()
  /** A connection and what it runs over have the same timeline. */
  const byTimeline = new WeakMap<Connection['timeline'], CarriedBytes>()
  const ended = { bytesIn: 0, bytesOut: 0 }

  return {
    // libp2p has one place for metrics: what is kept beside is what this one inherits from.
    metrics: Object.assign(Object.create(beside ?? NO_METRICS) as Metrics, {
      trackMultiaddrConnection(connection: MultiaddrConnection) {
        beside?.trackMultiaddrConnection(connection)
        const carried = carriedBy(connection)
        open.add(carried)
        byTimeline.set(connection.timeline, carried)
        carried.whenFinal(() => {
          open.delete(carried)
          add(carried, ended)
        })
      },
    }),
    bytesIn: ({ timeline }) => byTimeline.get(timeline)?.bytesIn,
    total() {
      const sum = { ...ended }
      for (const carried of open) add(carried, sum)
      return sum
    },
  }
}

function add(
  { bytesIn, bytesOut }: Pick<CarriedBytes, 'bytesIn' | 'bytesOut'>,
  sum: { bytesIn: number; bytesOut: number },
) {
  sum.bytesIn += bytesIn
  sum.bytesOut += bytesOut
}

const nothing = () => {}
const stopTimer = () => nothing
const metric = { update: nothing, increment: nothing, decrement: nothing, reset: nothing, timer: stopTimer }
const counter = { increment: nothing, reset: nothing }
const histogram = { observe: nothing, reset: nothing, timer: stopTimer }

/** Where nobody reads libp2p's own metrics, none is kept. */
const NO_METRICS: Metrics = {
  trackMultiaddrConnection: nothing,
  trackProtocolStream: nothing,
  registerMetric: () => metric,
  registerMetricGroup: () => metric,
  registerCounter: () => counter,
  registerCounterGroup: () => counter,
  registerHistogram: () => histogram,
  registerHistogramGroup: () => histogram,
  registerSummary: () => histogram,
  registerSummaryGroup: () => histogram,
  traceFunction: (_name: string, fn: unknown) => fn as never,
  createTrace: nothing,
}
