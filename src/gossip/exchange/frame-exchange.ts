/**
 * An exchange after both sides have agreed to it, one frame of parameters after the other:
 *
 * ```
 *   A  initiator                         B  responder
 *   frame k: s_A[k]                 →
 *                                        writes down d[k] = w (s_A[k] - s_B[k]), in doubt
 *                                   ←    frame k: s_B[k]                 which says that k is prepared
 *   adds w (s_B[k] - s_A[k]),
 *   writes down that k is decided
 *   k + 1 frames are settled        →    with the next frame
 *                                        adds d[k], writes that down
 *                                   ←    k + 1 frames are settled        with the next frame
 * ```
 *
 * A is ahead of B's answers by a window of frames, so both directions flow at once. Averaging is separate for every
 * coordinate, so each frame is a transaction of its own: an exchange that is cut is a shorter exchange, and only the frames
 * that were under way are in doubt. Decisions are made in order, so how far an exchange went is one number.
 *
 * @packageDocumentation
 */

import { FRAME_FLOATS } from '../../parameters/constants.ts'
import { leaseBuffer, releaseBuffer } from '../../parameters/frame-memory.ts'
import type { Range } from '../../parameters/range.ts'
import type { Coding } from '../coding/coding.ts'
import { WINDOW_FRAMES } from '../constants.ts'
import { ProtocolViolationError } from '../errors.ts'
import type { FrameStream } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import { createConversationCondition } from '../waiting/condition.ts'
import { UNSENT_ANSWERS } from './constants.ts'
import { BODY_OFFSET, decodeFrameMessage, encodeMark, sealFrame } from './frame-message.ts'
import { frameOf, framesIn } from './frames-in.ts'
import type { MergeBounds } from './merge-bounds.ts'

/** An exchange to which both sides have agreed. */
export interface AgreedExchange {
  readonly id: string
  readonly stream: FrameStream
  readonly replica: Replica
  readonly part: Range
  readonly coding: Coding
  /** The values that are averaged: the parameters as they are at every moment, or, in step, as they were. */
  readonly snapshot: Float32Array
  /** Of all that the other side says of its parameters. */
  readonly bounds: MergeBounds
  /** Aborted when the exchange is to end: nothing is decided after that. */
  readonly signal: AbortSignal
  /** Called for every message that arrives. */
  readonly onMessage: () => void
  /** Called when a frame has been added on this side. */
  readonly onSettled: () => void
}

/** How far an exchange has come on this side. */
export interface Course {
  /** Frames whose differences are added here. */
  readonly settled: number
  /** Frames among them that the other side is known to have added too. */
  readonly acknowledged: number
}

/** A frame of this side's, in memory that belongs to the stream until the other side has read it. */
interface SentFrame {
  readonly memory: Uint8Array
  readonly bytes: number
}

/** One side of an exchange. */
export interface FrameExchange {
  course(): Course
  /** Reads until every frame is settled on both sides. */
  read(): Promise<void>
  /** Writes what there is to say, until the other side has been told that all is settled here. */
  write(): Promise<void>
}

/**
 * @throws ProtocolViolationError (from `read`) for what no honest responder says, and what {@link MergeBounds} throws; frames that were
 * settled before remain so
 */
export function offerFrames(exchange: AgreedExchange): FrameExchange {
  const { id, stream, replica, part, coding, snapshot, bounds, signal, onMessage } = exchange
  const partner = stream.peer
  const options = { signal }
  const expected = { signal, most: longestFrame(coding, part) }
  const total = framesIn(part)
  const takeMemory = roomFor(coding, part)
  const condition = createConversationCondition({ signal })
  /** Frames that were offered and not answered, from `decided` on. */
  const offered: SentFrame[] = []
  let sent = 0
  let decided = 0
  /** Decided frames whose decision is on disk, so that the partner may be told. */
  let durable = 0
  let told = 0
  let acknowledged = 0

  function decide(index: number, body: Uint8Array): void {
    if (index !== decided || index >= sent)
      throw new ProtocolViolationError(`answered frame ${index}; expected was ${decided}`)
    const range = frameOf(part, index)
    const { memory: used, bytes } = offered[0]
    const merged = coding.merge(range, used.subarray(BODY_OFFSET, BODY_OFFSET + bytes), body)
    bounds.require(merged)
    signal.throwIfAborted()
    const recorded = replica.record({
      type: 'decided',
      id,
      partner,
      frames: decided + 1,
      ...merged.difference,
    })
    decided++
    offered.shift()
    releaseBuffer(used)
    exchange.onSettled()
    condition.notifyAfter(recorded, () => {
      durable++
    })
  }

  /** What was added for these frames is never taken back: its memory is used again. */
  function acknowledge(settled: number): void {
    replica.ledger.acknowledge(partner, id, settled)
    for (; acknowledged < settled; acknowledged++) coding.settled(frameOf(part, acknowledged))
  }

  return {
    course: () => ({ settled: decided, acknowledged }),

    async read() {
      while (acknowledged < total) {
        const { settled, frame } = decodeFrameMessage(await stream.read(expected))
        onMessage()
        requireProgress(settled, acknowledged, frame !== undefined)
        if (settled > told)
          throw new ProtocolViolationError(`said that it has applied ${settled} frames of ${told} decided ones`)
        acknowledge(settled)
        if (frame !== undefined) decide(frame.index, frame.body)
      }
    },

    async write() {
      while (told < total) {
        if (sent < total && sent - durable < WINDOW_FRAMES) {
          const range = frameOf(part, sent)
          const used = takeMemory()
          const bytes = coding.offer(range, snapshot.subarray(range.first, range.end), used.subarray(BODY_OFFSET))
          offered.push({ memory: used, bytes })
          told = durable
          await stream.write(sealFrame(used, told, sent++, bytes), options)
        } else if (durable > told) {
          told = durable
          await stream.write(encodeMark(told), options)
        } else {
          await condition.wait()
        }
      }
    },
  }
}

/**
 * @throws ProtocolViolationError (from `read`) for what no honest initiator says, and what {@link MergeBounds} throws; frames that were
 * settled before remain so
 */
export function answerFrames(exchange: AgreedExchange): FrameExchange {
  const { id, stream, replica, part, coding, snapshot, bounds, signal, onMessage } = exchange
  const partner = stream.peer
  const options = { signal }
  const expected = { signal, most: longestFrame(coding, part) }
  const total = framesIn(part)
  const takeMemory = roomFor(coding, part)
  const condition = createConversationCondition({ signal })
  /** Answers that were not known to be read, from frame `applied` on. */
  const answers: SentFrame[] = []
  let prepared = 0
  /** Prepared frames that are on disk, so that their answers may be sent. */
  let ready = 0
  let sent = 0
  let applied = 0
  /** Applied frames that are on disk, so that the partner may be told. */
  let durable = 0
  let told = 0

  function prepare(index: number, body: Uint8Array): void {
    if (index !== prepared || index >= total)
      throw new ProtocolViolationError(`sent frame ${index}; expected was ${prepared}`)
    if (index - applied >= WINDOW_FRAMES)
      throw new ProtocolViolationError(`sent more than ${WINDOW_FRAMES} frames ahead`)
    const range = frameOf(part, index)
    const used = takeMemory()
    const own = snapshot.subarray(range.first, range.end)
    const { bytes, ...merged } = coding.answer(range, own, body, used.subarray(BODY_OFFSET))
    bounds.require(merged)
    signal.throwIfAborted()
    const recorded = replica.record({ type: 'prepared', id, partner, frame: index, ...merged.difference })
    prepared++
    answers.push({ memory: used, bytes })
    condition.notifyAfter(recorded, () => {
      ready++
    })
  }

  function apply(settled: number): void {
    if (settled > sent)
      throw new ProtocolViolationError(`said that it has decided ${settled} frames of ${sent} answered ones`)
    if (settled === applied) return
    signal.throwIfAborted()
    const recorded = replica.record({ type: 'applied', id, partner, frames: settled })
    const first = applied
    for (; applied < settled; applied++) releaseBuffer((answers.shift() as SentFrame).memory)
    exchange.onSettled()
    condition.notifyAfter(recorded, () => {
      durable = settled
      for (let index = first; index < settled; index++) coding.settled(frameOf(part, index))
    })
  }

  return {
    course: () => ({ settled: applied, acknowledged: applied }),

    async read() {
      while (applied < total) {
        const { settled, frame } = decodeFrameMessage(await stream.read(expected))
        onMessage()
        requireProgress(settled, applied, frame !== undefined)
        apply(settled)
        if (frame !== undefined) prepare(frame.index, frame.body)
        // A partner that does not read the answers is not read either.
        while (prepared - sent > UNSENT_ANSWERS) await condition.wait()
      }
    },

    async write() {
      while (told < total) {
        if (sent < ready) {
          const { memory: used, bytes } = answers[sent - applied]
          told = durable
          await stream.write(sealFrame(used, told, sent++, bytes), options)
          condition.notify()
        } else if (durable > told) {
          told = durable
          await stream.write(encodeMark(told), options)
        } else {
          await condition.wait()
        }
      }
    },
  }
}

/**
 * @throws ProtocolViolationError for what takes something back, or says nothing new: by that a peer could seem to make progress for ever
 */
function requireProgress(settled: number, before: number, hasFrame: boolean): void {
  if (settled > before || (settled === before && hasFrame)) return
  throw new ProtocolViolationError(`said that ${settled} frames are settled, after ${before}`)
}

/** Room for a frame, whichever it is. */
function roomFor(coding: Coding, part: Range): () => Uint8Array {
  const bytes = longestFrame(coding, part)
  return () => leaseBuffer(bytes)
}

/** Bytes of the longest frame that either side has to send. */
function longestFrame(coding: Coding, { first, end }: Range): number {
  return BODY_OFFSET + coding.maximumBytes(Math.min(FRAME_FLOATS, end - first))
}
