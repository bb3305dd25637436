import type { Place } from '../serving/place.ts'
import type { Metrics, MetricsOptions } from './metrics.ts'

export interface WithMetricsOptions extends Omit<MetricsOptions, 'place'> {
  /** Where they are wanted; undefined where they are not, and then nothing of them is loaded. */
  readonly place: Place | undefined
}

/**
 * Runs a peer beside its metrics, for as long as it takes.
 *
 * @throws WrongUsage where nothing can listen there, or nobody would learn the port
 */
export async function withMetrics<Result>(
  { place, ...options }: WithMetricsOptions,
  run: (metrics: Metrics | undefined) => Promise<Result>,
): Promise<Result> {
  if (place === undefined) return await run(undefined)
  const { openMetrics } = await import('./metrics.ts')
  const metrics = await openMetrics({ ...options, place })
  try {
    return await run(metrics)
  } finally {
    await metrics.close()
  }
}
