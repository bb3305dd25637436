import { setTimeout as sleep } from 'node:timers/promises'
import type { AbortOptions } from '../gossip/ports.ts'
import { PIECE_BYTES } from './constants.ts'
import { createTokenBucket } from './token-bucket.ts'
import type { TrafficMeter } from './traffic.ts'

/** Bytes per second that a network's sockets may carry, handshakes, encryption and announcements included. */
export interface Bandwidth {
  readonly upload: number
  readonly download: number
}

/** Holds back the frames of all streams of one network, so that its sockets carry no more than they may. */
export interface Pace {
  /** Resolves when a piece of a frame may be sent, for which it then counts. */
  sending(bytes: number, options: AbortOptions): Promise<void>
  /** Counts bytes that are sent all the same. */
  sent(bytes: number): void
  /** Whether more has come than may have. */
  readonly receivedTooMuch: boolean
  /** Resolves when it is time to receive more. */
  receiving(options: AbortOptions): Promise<void>
}

export function createPace({ upload, download }: Bandwidth, traffic: TrafficMeter['total']): Pace {
  const now = () => performance.now()
  const out = createTokenBucket({ bytesPerSecond: upload, carried: () => traffic().bytesOut, now })
  const into = createTokenBucket({ bytesPerSecond: download, carried: () => traffic().bytesIn, now })

  async function until(ready: () => number, { signal }: AbortOptions): Promise<void> {
    for (let wait = ready(); wait > 0; wait = ready()) {
      // Others may have been served meanwhile.
      await sleep(Math.ceil(wait), undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }

  return {
    async sending(bytes, options) {
      await until(() => out.wait(Math.min(bytes, PIECE_BYTES)), options)
      out.take(bytes)
    },
    sent: bytes => out.take(bytes),
    get receivedTooMuch() {
      return into.wait(0) > 0
    },
    receiving: options => until(() => into.wait(0), options),
  }
}
