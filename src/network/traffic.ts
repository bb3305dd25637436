import { Socket } from 'node:net'
import type { Metrics, MultiaddrConnection } from '@libp2p/interface'
import type { Network } from '../gossip/ports.ts'

export interface TrafficMeter {
  /** Metrics to give to libp2p: the place where it shows every connection, as soon as there is a socket. */
  readonly metrics: Metrics
  /**
   * Bytes that went through this node's TCP sockets since the start, as the sockets count them: handshakes, framing and
   * encryption included, TCP/IP headers and multicast discovery not. Bytes out include what still waits in a socket.
   */
  readonly total: Network['traffic']
}

export function createTrafficMeter(): TrafficMeter {
  const open = new Set<Socket>()
  let bytesIn = 0
  let bytesOut = 0

  function track(connection: MultiaddrConnection): void {
    // Private to libp2p's TCP transport, so it is looked for rather than believed. Counting 'message' events instead
    // would change what it counts: data waits for the first listener, and the handshake's listeners come and go.
    const socket: unknown = Reflect.get(connection, 'socket')
    if (!(socket instanceof Socket)) throw new TypeError('a TCP connection of libp2p has no socket to count bytes at')
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      bytesIn += socket.bytesRead
      bytesOut += socket.bytesWritten
    })
  }

  return {
    metrics: { ...NO_METRICS, trackMultiaddrConnection: track },
    total() {
      const sum = { bytesIn, bytesOut }
      for (const socket of open) {
        sum.bytesIn += socket.bytesRead
        sum.bytesOut += socket.bytesWritten
      }
      return sum
    },
  }
}

const nothing = () => {}
const stopTimer = () => nothing
const metric = { update: nothing, increment: nothing, decrement: nothing, reset: nothing, timer: stopTimer }
const counter = { increment: nothing, reset: nothing }
const histogram = { observe: nothing, reset: nothing, timer: stopTimer }

/** libp2p's own metrics, of which none is kept. */
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
