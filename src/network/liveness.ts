/**
 * Which connections to members still lead to them. A connection whose other end has moved says nothing of it: it is silent, as is one to a
 * machine that is busy. So silence is looked into, and so is every sign that an address has changed, of the other side or of this one.
 *
 * @packageDocumentation
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Connection } from '@libp2p/interface'
import type { AbortOptions, PeerId } from '../gossip/ports.ts'
import type { Random } from '../random/random.ts'
import { ask } from './ask.ts'
import {
  DISCOVERY_JITTER_MS,
  LIVENESS_ABANDON_MS,
  LIVENESS_ANSWER_MS,
  LIVENESS_ASKS_A_SECOND,
  LIVENESS_LOOK_MS,
  LIVENESS_SILENT_MS,
  MAX_REDIALLED,
  REDIAL_FIRST_MS,
  REDIALS,
} from './constants.ts'
import { FloodError, UnreachableError } from './errors.ts'
import { type Budget, createBudget } from './gate/budget.ts'
import type { Gate } from './gate/gate.ts'
import { pause } from './pause.ts'

export interface Liveness {
  /**
   * A member is said to be somewhere. Where it was said to be elsewhere before, by the same source, its connection is looked into.
   *
   * @returns when the connection is known to lead to the member, or a new one was tried in its place; never rejects
   */
  told(peer: PeerId, source: 'itself' | 'discovery', addresses: readonly string[]): Promise<void>
  /** Looks into all connections at once: this peer's own addresses have changed. */
  moved(): void
}

export interface LivenessOptions {
  readonly gate: Pick<Gate, 'connections' | 'connectionTo' | 'refusals'>
  /** Bytes that a connection has brought; undefined where nobody counts them. */
  bytesIn(connection: Connection): number | undefined
  /** Makes a new connection to a peer, whether there is one or not. @param at addresses. Default: those that are known */
  dial(peer: PeerId, options: AbortOptions & { readonly at?: readonly string[] }): Promise<unknown>
  /** Spreads dials over time. */
  readonly random: Random
}

/** What was last seen of a connection. */
interface Seen {
  bytes: number | undefined
  /** At how many looks it had brought something. */
  spoken: number
  /** For how long it has been silent, in milliseconds in which this process looked. */
  silent: number
  isLookedInto: boolean
}

/** Looks at the connections of members until the signal is aborted. */
export function watchLiveness(options: LivenessOptions, { signal }: AbortOptions): Liveness {
  const { gate, bytesIn, random } = options
  const seen = new WeakMap<Connection, Seen>()
  const said = { itself: new Map<PeerId, string>(), discovery: new Map<PeerId, string>() }
  const budgets = new Map<PeerId, Budget>()

  function seenOf(connection: Connection): Seen {
    let known = seen.get(connection)
    if (known === undefined) {
      known = { bytes: bytesIn(connection), spoken: 0, silent: 0, isLookedInto: false }
      seen.set(connection, known)
      connection.addEventListener('close', ({ error }) => ended(connection, error).catch(() => {}))
    }
    return known
  }

  /** Notes what it has brought since the last look. One whose bytes nobody counts is left to its transport. */
  function note(connection: Connection): Seen {
    const known = seenOf(connection)
    const bytes = bytesIn(connection)
    // Time in which this process stood still is no silence of others: what they said meanwhile was not read yet.
    known.silent += LIVENESS_LOOK_MS
    if (bytes !== undefined && bytes === known.bytes) return known
    known.bytes = bytes
    known.silent = 0
    known.spoken++
    return known
  }

  function look(): void {
    const connections = [...gate.connections()]
    // Members of a large swarm speak rarely, and there are many of them.
    const silence = Math.max(LIVENESS_SILENT_MS, (1_000 * connections.length) / LIVENESS_ASKS_A_SECOND)
    for (const connection of connections) if (note(connection).silent >= silence) void lookInto(connection)
  }

  /** Asks the other end for any answer; where none comes soon, tries another way to it; where none comes for longer, gives the connection up. */
  async function lookInto(connection: Connection, at?: readonly string[]): Promise<void> {
    const known = note(connection)
    if (known.isLookedInto) return
    known.isLookedInto = true
    const { spoken } = known
    const answered = new AbortController()
    const asking = { signal: AbortSignal.any([signal, answered.signal]) }
    ask(connection, asking).catch(() => {})
    try {
      let redialled = false
      for (let waited = 0; waited < LIVENESS_ABANDON_MS; waited += LIVENESS_LOOK_MS) {
        await pause(LIVENESS_LOOK_MS, { signal })
        if (connection.status !== 'open' || note(connection).spoken > spoken) return
        if (redialled || waited + LIVENESS_LOOK_MS < LIVENESS_ANSWER_MS) continue
        redialled = true
        void redial(connection.remotePeer.toString(), { ...asking, at })
      }
      connection.abort(
        new UnreachableError(`it has said nothing for ${LIVENESS_ABANDON_MS / 1000} s, asked for an answer`),
      )
    } catch {
      // The network was stopped.
    } finally {
      known.isLookedInto = false
      answered.abort()
    }
  }

  /** A member is dialled anew whose last connection broke; one that has closed it has left. */
  async function ended(connection: Connection, error: Error | undefined): Promise<void> {
    const peer = connection.remotePeer.toString()
    await nextTurn()
    if (gate.connectionTo(peer) !== undefined) return
    for (const addresses of Object.values(said)) addresses.delete(peer)
    if (error === undefined || error instanceof FloodError) return
    // Twice: the other side may be starting, or look for this one just now.
    for (const delay of [0, 4 * REDIAL_FIRST_MS]) {
      await pause(delay + random.uniform() * DISCOVERY_JITTER_MS, { signal })
      if (gate.connectionTo(peer) !== undefined) return
      await redial(peer, { signal })
    }
  }

  async function redial(peer: PeerId, where: Parameters<LivenessOptions['dial']>[1]): Promise<void> {
    if (gate.refusals.has(peer) || !budgetOf(peer).spend()) return
    // Of a failure nobody need know: others dial it too, and it dials.
    await options.dial(peer, where).catch(() => {})
  }

  function budgetOf(peer: PeerId): Budget {
    let budget = budgets.get(peer)
    if (budget === undefined) {
      budget = createBudget(REDIALS)
      const [oldest] = budgets.keys()
      if (budgets.size >= MAX_REDIALLED && oldest !== undefined) budgets.delete(oldest)
      budgets.set(peer, budget)
    }
    return budget
  }

  const timer = setInterval(look, LIVENESS_LOOK_MS).unref()
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })

  return {
    async told(peer, source, addresses) {
      const connection = gate.connectionTo(peer)
      if (connection === undefined) return void said[source].delete(peer)
      const text = [...addresses].sort().join()
      const before = said[source].get(peer)
      said[source].set(peer, text)
      seenOf(connection)
      // What a member says of itself is known; what others are told where it was found is not.
      if (before !== undefined && before !== text)
        await lookInto(connection, source === 'itself' ? undefined : addresses)
    },
    moved() {
      for (const connection of gate.connections()) void lookInto(connection)
    },
  }
}
