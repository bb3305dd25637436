import type { Checkpoint } from '../../src/gossip/checkpoint.ts'
import type { Clock, Storage } from '../../src/gossip/ports.ts'

/** A disk that survives its peer: what was saved before a crash is there after it, what was being saved is not. */
export interface VirtualDisk {
  /** A port for one life of the peer. A save takes time on that life's clock, so one that dies first never happens. */
  open(clock: Clock): Storage
  /** What a peer would resume from now. */
  content(): Checkpoint | undefined
}

/** A fast disk's flush, in milliseconds. */
const SAVE_MS = 2

export function createVirtualDisk(): VirtualDisk {
  let content: Checkpoint | undefined
  return {
    content: () => content,
    open: clock => ({
      load: async () => content,
      async save(checkpoint) {
        await clock.sleep(SAVE_MS, { signal: new AbortController().signal })
        content = checkpoint
      },
    }),
  }
}
