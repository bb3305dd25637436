import { BURST_SECONDS, PIECE_BYTES } from './constants.ts'

/**
 * A limit on one direction of a network: tokens, one for each byte, come at a steady rate, and the bucket that keeps those
 * that were not used is small. It is charged with what the sockets have carried, and so with everything that they carry;
 * senders that can wait, wait for the bucket, and make up for those that cannot.
 *
 * Turner, New directions in communications (or which way to the information age?), 1986: the leaky bucket.
 */
export interface TokenBucket {
  /** Milliseconds until there are so many tokens, at most {@link PIECE_BYTES}; 0 where there are. */
  wait(bytes: number): number
  /** Takes tokens for bytes that the sockets are about to carry, whether there are enough or not. */
  take(bytes: number): void
}

export interface TokenBucketOptions {
  readonly bytesPerSecond: number
  /** Bytes that the sockets have carried so far. */
  readonly carried: () => number
  /** Milliseconds since any moment; never goes back. */
  readonly now: () => number
}

/** It begins empty. */
export function createTokenBucket({ bytesPerSecond, carried, now }: TokenBucketOptions): TokenBucket {
  const capacity = Math.max(PIECE_BYTES, bytesPerSecond * BURST_SECONDS)
  let tokens = 0
  let time = now()
  let seen = carried()
  /** Taken for, and not carried yet. */
  let ahead = 0

  function update(): void {
    const [newTime, newSeen] = [now(), carried()]
    const bytes = newSeen - seen
    const expected = Math.min(ahead, bytes)
    ahead -= expected
    tokens = Math.min(capacity, tokens + ((newTime - time) / 1_000) * bytesPerSecond) - (bytes - expected)
    time = newTime
    seen = newSeen
  }

  return {
    wait(bytes) {
      update()
      return Math.max(0, ((bytes - tokens) / bytesPerSecond) * 1_000)
    },
    take(bytes) {
      update()
      ahead += bytes
      tokens -= bytes
    },
  }
}
