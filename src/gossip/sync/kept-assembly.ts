import type { AbortOptions, Clock } from '../ports.ts'
import { type Assembly, createAssembly } from './assembly.ts'
import { KEPT_MS } from './constants.ts'

/** The one vector that is being put together, or what an earlier attempt left of it. There is memory for one besides the parameters. */
export interface KeptAssembly {
  /** The pieces that are kept of the vector with this hash, or an empty assembly. */
  of(hash: string | undefined): Assembly
  /** The pieces that are kept of current parameters, undefined where there are none. */
  current(): Assembly | undefined
  /** It is whole, or of no use: nothing else is put into it. */
  release(): void
  /** Keeps it for the next attempt, until {@link KEPT_MS} have passed. */
  forgetLater(options: AbortOptions): void
}

/** @param length elements of every vector */
export function createKeptAssembly(length: number, clock: Clock): KeptAssembly {
  let kept: Assembly | undefined
  let keepLonger = () => {}

  return {
    of(hash) {
      keepLonger()
      if (kept !== undefined && kept.hash === hash) return kept
      // The old one is let go first.
      kept = undefined
      kept = createAssembly(length, hash)
      return kept
    },
    current: () => (kept?.hash === undefined ? kept : undefined),
    release() {
      kept = undefined
    },
    forgetLater({ signal }) {
      keepLonger()
      const cancel = clock.after(KEPT_MS, () => {
        keepLonger()
        kept = undefined
      })
      signal.addEventListener('abort', cancel)
      keepLonger = () => {
        cancel()
        signal.removeEventListener('abort', cancel)
      }
    },
  }
}
