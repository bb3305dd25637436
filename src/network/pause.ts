import { setTimeout as sleep } from 'node:timers/promises'
import type { AbortOptions } from '../gossip/ports.ts'

/** Waits so many milliseconds; keeps no process alive. Rejects with the signal's reason when it is aborted. */
export async function pause(milliseconds: number, { signal }: AbortOptions): Promise<void> {
  await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => signal.throwIfAborted())
}
