import { createHash } from 'node:crypto'
import type { Admission } from '../admission/admission.ts'
import type { AbortOptions, Clock } from '../gossip/ports.ts'
import type { MembershipFiles } from '../storage/membership-files.ts'

/** Another process may revoke somebody at any time: this is how soon the running peer hears of it. */
const LOOK_MS = 1_000

export interface WatchOptions {
  readonly admission: Admission
  readonly files: MembershipFiles
  readonly clock: Clock
  readonly warn: (message: string) => void
}

/**
 * Takes up the revocations that other processes add to a state, and keeps there those that other members tell of, as long as they count.
 * Goes on until the signal is aborted.
 */
export async function watchRevocations(options: WatchOptions, { signal }: AbortOptions): Promise<void> {
  const { admission, files, clock, warn } = options
  /** Those in the state that hold, or did; and all that need not be read again. */
  const valid = new Set<string>()
  const seen = new Set<string>()
  let failure = ''

  /** Once for each reason: it would be the same every second. */
  function tell(error: Error): void {
    if (error.message !== failure) warn(error.message)
    failure = error.message
  }

  async function takeUp(): Promise<void> {
    for (const [digest, bytes] of await files.revocations(seen)) {
      seen.add(digest)
      await admission.learn([bytes])
    }
    const counting = new Map(admission.revocations().map(bytes => [digestOf(bytes), bytes]))
    for (const [digest, bytes] of counting) {
      if (!seen.has(digest)) await files.addRevocation(bytes)
      seen.add(digest)
      valid.add(digest)
    }
    // A guest may sign as many as it likes: those that no longer count are not kept either.
    for (const digest of valid) {
      if (counting.has(digest)) continue
      await files.dropRevocation(digest)
      valid.delete(digest)
      seen.delete(digest)
    }
  }

  while (!signal.aborted) {
    await takeUp().catch(tell)
    await clock.sleep(LOOK_MS, { signal }).catch(() => {})
  }
  // What was heard of since.
  await takeUp().catch(tell)
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
