import { Interrupted } from '../interruption.ts'
import type { Output } from '../output.ts'
import type { Place } from '../serving/place.ts'
import type { Dashboard, DashboardOptions } from './dashboard.ts'

/** A page that shows something finished stays until somebody ends it. */
export async function stayOpen(out: Output, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  out.say('it is finished, and can be played back on the dashboard; Ctrl-C closes that')
  await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
}

export interface WithDashboardOptions extends Omit<DashboardOptions, 'place' | 'why'> {
  /** Where it is wanted; undefined where it is not, and then nothing of it is loaded. */
  readonly place: Place | undefined
  /** Ends the command, as the page's button does. */
  readonly interrupted: AbortSignal
}

/**
 * Runs a command beside its dashboard, for as long as the command takes.
 *
 * @throws WrongUsage where nothing can listen there, or nobody would learn the address
 */
export async function withDashboard<Result>(
  { place, interrupted, ...options }: WithDashboardOptions,
  run: (out: Output, signal: AbortSignal, dashboard: Dashboard | undefined) => Promise<Result>,
): Promise<Result> {
  if (place === undefined) return await run(options.out, interrupted, undefined)
  const { openDashboard } = await import('./dashboard.ts')
  const dashboard = await openDashboard({ ...options, place, why: new Interrupted() })
  try {
    return await run(dashboard.out, AbortSignal.any([interrupted, dashboard.stopped]), dashboard)
  } finally {
    await dashboard.close()
  }
}
