import type { Range } from '../../parameters/range.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { Assembly } from './assembly.ts'
import { MAX_SOURCES, OVERDUE_PIECES, STALLED_MS } from './constants.ts'
import type { FetchedPiece } from './fetch.ts'
import { PIECE_FLOATS } from './pieces.ts'

/** Asks the peer at the other end for a piece. `onFrame` is called for every frame. */
export type Ask = (piece: Range, onFrame: () => void) => Promise<FetchedPiece>

export interface DownloadOptions {
  /** Pieces that are there already stay, and are not asked for. */
  readonly assembly: Assembly
  /** Peers that may be asked, in that order. */
  readonly holders: readonly PeerId[]
  readonly clock: Clock
  /** Opens a stream to a peer for as long as `body` takes. */
  readonly talk: (holder: PeerId, options: AbortOptions, body: (ask: Ask) => Promise<void>) => Promise<void>
}

/** Clocks round: one that rings a little too early is set again, and must not ring at the same moment for ever. */
const SHORTEST_ALARM_MS = 1

/** A piece that somebody was asked for and that is not there. */
interface Request {
  /** Peers that were asked; more than one where those before were slow. */
  askers: number
  /** When it was last asked for, and when a frame of it last came. */
  began: number
  heard: number
}

/**
 * Fetches what is missing from several holders at once: each gives one piece at a time, and one that has given it is asked
 * for the next, so that a slow one gives few and holds up nobody. At the end, a free holder is also asked for what others
 * are slow with, and the first answer counts. A holder that fails, for whatever reason, is not asked again.
 *
 * @returns whether everything is there; otherwise nobody is left to ask, and what is there stays for the next attempt
 * @throws the signal's reason when it is aborted
 */
export async function download(
  { assembly, holders, clock, talk }: DownloadOptions,
  { signal }: AbortOptions,
): Promise<boolean> {
  const idle = [...holders]
  const requests = new Map<Range, Request>()
  let talking = 0
  let milliseconds = 0
  let elements = 0
  let cancelAlarm = () => {}
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const ending = new AbortController()
  const relay = () => ending.abort(signal.reason)
  signal.addEventListener('abort', relay)
  if (signal.aborted) relay()

  /** When a piece that was asked for is to be asked of another. */
  function overdueAt({ began, heard }: Request): number {
    const usual = elements === 0 ? Number.POSITIVE_INFINITY : (milliseconds / elements) * PIECE_FLOATS
    return Math.min(began + OVERDUE_PIECES * usual, heard + STALLED_MS)
  }

  function next(): Range | undefined {
    const missing = assembly.missing()
    return (
      missing.find(piece => !requests.has(piece)) ??
      missing.find(piece => overdueAt(requests.get(piece) as Request) <= clock.now())
    )
  }

  function take(piece: Range): Request {
    const now = clock.now()
    const request = requests.get(piece) ?? { askers: 0, began: now, heard: now }
    request.askers++
    request.began = request.heard = now
    requests.set(piece, request)
    return request
  }

  async function fetchFrom(holder: PeerId, first: Range): Promise<void> {
    let request = take(first)
    let piece: Range | undefined = first
    try {
      await talk(holder, { signal: ending.signal }, async ask => {
        while (piece !== undefined) {
          const began = clock.now()
          const fetched = await ask(piece, () => {
            request.heard = clock.now()
          })
          assembly.put(piece, holder, fetched)
          requests.delete(piece)
          milliseconds += clock.now() - began
          elements += piece.end - piece.first
          piece = next()
          if (piece !== undefined) request = take(piece)
        }
      })
      idle.push(holder)
    } catch {
      // Whatever it was, others are asked for what this one did not give. Violations have been penalised already.
      request.askers--
      if (piece !== undefined && request.askers === 0) requests.delete(piece)
    }
  }

  function go(): void {
    cancelAlarm()
    if (assembly.complete) ending.abort()
    while (!ending.signal.aborted && talking < MAX_SOURCES && idle.length > 0) {
      const piece = next()
      if (piece === undefined) break
      talking++
      void fetchFrom(idle.shift() as PeerId, piece).then(() => {
        talking--
        go()
      })
    }
    if (talking === 0) end()
    else if (idle.length > 0 && talking < MAX_SOURCES && !ending.signal.aborted) {
      const soonest = Math.min(...[...requests.values()].map(overdueAt))
      cancelAlarm = clock.after(Math.max(SHORTEST_ALARM_MS, soonest - clock.now()), go)
    }
  }

  go()
  await ended
  signal.removeEventListener('abort', relay)
  signal.throwIfAborted()
  return assembly.complete
}
