import type { ProbedLink } from '../../../src/public/network.ts'

/** How a check ended: hearsay does without what is `missing`, and without what is there and `broken`; not without `failed`. */
export type Outcome = 'ok' | 'missing' | 'broken' | 'failed'

export interface Diagnosis {
  readonly outcome: Outcome
  /** The finding. */
  readonly found: string
  /** A remedy, where something is not well. */
  readonly advice?: string
  /** For programs: what became of mDNS on each interface. */
  readonly interfaces?: readonly ProbedLink[]
}

export interface Check {
  readonly name: string
  run(signal: AbortSignal): Promise<Diagnosis>
}

/** Runs a check whose exceptions are findings too. */
export async function diagnose(check: Check, advice: string, signal: AbortSignal): Promise<Diagnosis> {
  try {
    return await check.run(signal)
  } catch (error) {
    signal.throwIfAborted()
    return {
      outcome: 'failed',
      found: error instanceof Error ? error.message.split('\n', 1)[0] : String(error),
      advice,
    }
  }
}
