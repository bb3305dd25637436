import { setTimeout as sleep } from 'node:timers/promises'
import type { Admission } from '../../admission/admission.ts'
import { printable } from '../../gossip/membership/printable.ts'
import type { FrameStream } from '../../gossip/ports.ts'
import { FAREWELL_MS, MAX_REVOCATIONS_BYTES, NEWS_GAP_MS } from './constants.ts'
import { decodeRevocations, encodeRevocations } from './revocations.ts'

/** What members tell each other on the stream on which they have proved what they are, for as long as they are. */
export interface MemberTalk {
  /** Hands on revocations. */
  handOn(revocations: readonly Uint8Array[]): void
  /** Says why the other is a member no longer, and ends. */
  dismiss(reason: string): Promise<void>
}

export interface MemberTalkOptions {
  readonly stream: FrameStream
  readonly admission: Pick<Admission, 'learn'>
  /** The other side has cut this peer off, which …: the reason, as what is to be said of this peer. */
  farewell(reason: string): void
  /** The other side says nothing more, or what it may not say. */
  ended(): void
}

/** The first byte of a message. */
const FAREWELL = 0
const NEWS = 1

export function createMemberTalk({ stream, admission, farewell, ended }: MemberTalkOptions): MemberTalk {
  const forever = new AbortController()

  async function listen(): Promise<void> {
    for (;;) {
      const frame = await stream.read({ signal: forever.signal, most: 1 + MAX_REVOCATIONS_BYTES })
      const said = frame.subarray(1)
      if (frame[0] === FAREWELL) return farewell(printable(Buffer.from(said).toString()))
      if (frame[0] === NEWS) await admission.learn(decodeRevocations(said))
      await sleep(NEWS_GAP_MS, undefined, { ref: false })
    }
  }
  listen()
    .catch(() => {})
    .finally(ended)

  async function say(kind: number, said: Uint8Array): Promise<void> {
    await stream.write(Buffer.concat([Uint8Array.of(kind), said]), { signal: AbortSignal.timeout(FAREWELL_MS) })
  }

  return {
    handOn(revocations) {
      // Who cannot be told now is told with the next proof.
      if (revocations.length > 0) say(NEWS, encodeRevocations(revocations)).catch(() => {})
    },
    async dismiss(reason) {
      await say(FAREWELL, Buffer.from(printable(reason))).catch(() => {})
    },
  }
}
