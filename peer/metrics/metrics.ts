import type { Libp2pMetrics, Peer } from '../../src/index.ts'
import type { Output } from '../output.ts'
import type { Place } from '../serving/place.ts'
import { WrongUsage } from '../wrong-usage.ts'
import { type Health, healthOf, readinessOf } from './health.ts'
import { createRegistry } from './registry.ts'
import { type Answer, servePages } from './server.ts'
import { type Watched, watchFromOutside } from './watched.ts'

/** What monitoring is told of a peer. */
export interface Metrics {
  /**
   * From here on it is told of this peer.
   *
   * @param stepsAsked own steps that it is to train at the least with so many samples
   */
  watch(peer: Peer, stepsAsked: (samples: number) => number): void
  /** To be given to the peer, so that libp2p's own metrics are among them. */
  readonly libp2p: Libp2pMetrics
  close(): Promise<void>
}

export interface MetricsOptions {
  readonly place: Place
  readonly out: Output
  /** Whether nothing prints the address. */
  readonly isSilent: boolean
}

/**
 * Serves metrics and health, and says where.
 *
 * @throws WrongUsage where nothing can listen there, or nobody would learn the port
 */
export async function openMetrics({ place, out, isSilent }: MetricsOptions): Promise<Metrics> {
  if (isSilent && place.port === 0) {
    throw new WrongUsage(
      '--metrics 0 takes a port that nobody can guess, and --quiet does not print it; give one, or leave out --quiet, or add --json',
    )
  }
  const registry = createRegistry()
  let watched: Watched | undefined
  const server = await servePages(
    {
      '/metrics': async () => ({ status: 200, type: registry.contentType, text: await registry.text() }),
      '/healthz': () => asJson(healthOf(watched)),
      '/readyz': () => asJson(readinessOf(watched)),
    },
    place,
  )
  const address = `${server.origin}/metrics`
  out.say(`metrics: ${address}`)
  out.jsonLine({ event: 'metrics', time: new Date().toISOString(), address })
  return {
    watch(peer, stepsAsked) {
      watched = watchFromOutside(peer, stepsAsked)
      registry.watch(watched)
    },
    libp2p: registry.libp2p,
    close: server.close,
  }
}

function asJson({ status, body }: Health): Answer {
  return { status, type: 'application/json', text: `${JSON.stringify(body)}\n` }
}
