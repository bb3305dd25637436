/**
 * The frames of one exchange in both directions at once, from the agreement to the end, and what is told of it.
 *
 * @packageDocumentation
 */

import type { Range } from '../../parameters/range.ts'
import type { Coding } from '../coding/coding.ts'
import { FalseSketchError } from '../errors.ts'
import type { Timeouts } from '../pace/timeouts.ts'
import type { Clock, FrameStream, PeerId } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import type { Watchdog } from '../waiting/watchdog.ts'
import type { AdmissibleNorm } from './admissible-norm.ts'
import type { Clipping } from './clipping.ts'
import { type AgreedExchange, answerFrames, type FrameExchange, offerFrames } from './frame-exchange.ts'
import { framesIn } from './frames-in.ts'
import { boundMerges, type MoveBound } from './merge-bounds.ts'
import type { Terms } from './terms.ts'

/** An exchange of which all was added. */
export interface CompletedExchange {
  readonly terms: Terms
  readonly part: Range
  readonly codec: string
  /** That its frames took, from the agreement to the end. */
  readonly milliseconds: number
}

/** The terms on which both sides have agreed. */
export interface Agreement {
  readonly id: string
  readonly part: Range
  readonly codec: string
  readonly coding: Coding
  readonly terms: Terms
  /** Of how far it may move this peer; undefined where merges are not clipped. */
  readonly move?: MoveBound
  /** The partner's. */
  readonly age: number
  readonly onSettled?: () => void
}

export interface FrameFlowOptions {
  readonly replica: Replica
  readonly clock: Clock
  readonly admissibleNorm: AdmissibleNorm
  readonly timeouts: Timeouts
  /** Undefined where merges are not clipped. */
  readonly clipping?: Pick<Clipping, 'moved' | 'lied'>
  /** The first of an exchange was added on this side. */
  readonly onEstablished: () => void
  /** An exchange has ended of which some, or all, was added on this side. */
  readonly onApplied: (partner: PeerId, terms: Terms) => void
  /** All of an exchange was added on this side, and its frames took so long; before {@link onApplied}. */
  readonly onCompleted: (partner: PeerId, exchanged: CompletedExchange) => void
}

/** @throws whatever ends one of the two directions: the other ends too */
export type FrameFlow = (
  role: 'initiator' | 'responder',
  stream: FrameStream,
  agreed: Agreement,
  watchdog: Watchdog,
) => Promise<void>

export function createFrameFlow(options: FrameFlowOptions): FrameFlow {
  const { replica, clock, admissibleNorm, timeouts, onEstablished, clipping, onApplied, onCompleted } = options

  /** Reads and writes to the end. Both, whatever becomes of one: nothing of this exchange may happen after its end. */
  async function complete(course: FrameExchange, watchdog: Watchdog): Promise<void> {
    const end = (error: Error) => watchdog.abort(error)
    await Promise.all([course.read().catch(end), course.write().catch(end)])
    watchdog.signal.throwIfAborted()
  }

  return async (role, stream, agreed, watchdog) => {
    const { id, codec, coding, part, age, terms, move } = agreed
    const partner = stream.peer
    const limit = timeouts.limit('frame', partner)
    const frames = framesIn(part)
    const began = clock.now()
    let latest = began
    let slowest = 0
    let isEstablished = false
    const bounds = boundMerges(partner, admissibleNorm(partner), move)
    const exchange: AgreedExchange = {
      ...agreed,
      snapshot: terms.snapshot(),
      stream,
      replica,
      bounds,
      signal: watchdog.signal,
      onMessage() {
        const now = clock.now()
        slowest = Math.max(slowest, now - latest)
        latest = now
        watchdog.expect('the next frame', limit)
      },
      onSettled() {
        agreed.onSettled?.()
        if (isEstablished) return
        isEstablished = true
        replica.absorb(age)
        onEstablished()
      },
    }
    const course = role === 'initiator' ? offerFrames(exchange) : answerFrames(exchange)
    watchdog.within('the exchange', timeouts.limit('whole', partner, frames))
    watchdog.expect('the first frame', limit)
    let isComplete = false
    try {
      await complete(course, watchdog).catch(error => {
        if (error instanceof FalseSketchError) clipping?.lied(partner)
        throw error
      })
      isComplete = true
      if (frames > 0) {
        onCompleted(partner, { terms, part, codec, milliseconds: clock.now() - began })
        timeouts.took('frame', slowest, partner)
        timeouts.took('whole', clock.now() - began, partner, frames)
      }
    } finally {
      clipping?.moved(partner, bounds.moved())
      coding.end(isComplete)
      // What is left open may stay for long, in memory that is shared with others.
      if (!isComplete) replica.ledger.detach(partner, id)
      const { settled, acknowledged } = course.course()
      if (settled > 0) onApplied(partner, terms)
      // The partner has all that was decided, and nothing more will be.
      if (role === 'initiator' && settled > 0 && settled === acknowledged) {
        replica.record({ type: 'closed', id, partner, side: 'initiator' })?.catch(() => {})
      }
    }
  }
}
