/**
 * A peer that holds parameters, exchanges and settles over whatever network it is given, and does nothing by itself.
 *
 * @packageDocumentation
 */

import { createSketcher } from '../../src/averaging/sketch.ts'
import { createCodings } from '../../src/gossip/coding/codings.ts'
import type { Events } from '../../src/gossip/events.ts'
import { createExchange, type Exchange, type ExchangeOptions } from '../../src/gossip/exchange/exchange.ts'
import { createSettlementProtocol, type SettlementProtocol } from '../../src/gossip/exchange/settlement.ts'
import { createSlots } from '../../src/gossip/exchange/slots.ts'
import { createSnapshotSketches, liveTerms } from '../../src/gossip/exchange/terms.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import { createStanding } from '../../src/gossip/membership/standing.ts'
import { createTimeouts } from '../../src/gossip/pace/timeouts.ts'
import type { AbortOptions, Clock, FrameStream, Network } from '../../src/gossip/ports.ts'
import type { Difference } from '../../src/gossip/state/difference.ts'
import { createEngagements, type Engagements } from '../../src/gossip/state/engagements.ts'
import type { JournalEntry } from '../../src/gossip/state/journal-entry.ts'
import { createReplica, type Replica } from '../../src/gossip/state/replica.ts'
import type { Range } from '../../src/parameters/range.ts'
import { createRandom } from '../../src/random/random.ts'

export interface ReplicaPeer {
  readonly name: string
  readonly replica: Replica
  /** Everything that exchanges added to the parameters, frame by frame in order. */
  readonly added: Difference[]
  readonly exchange: Exchange
  readonly engagements: Engagements
  /** Whether it says that it has lost what it held of exchanges. */
  readonly incarnation: { lostExchanges: boolean }
  /** What it was warned of, in order. */
  readonly warnings: readonly string[]
  readonly settlementProtocol: SettlementProtocol
  /** Streams that it answers just now. */
  readonly answering: number
  /** Resolves when it answers none any more. */
  answered(): Promise<void>
  /** Why the last stream that this peer answered failed. */
  failure: Error | undefined
  closed: string | undefined
  /** How far a partner may be ahead. */
  lag: number
  average(partner: ReplicaPeer): Promise<void>
  /** Drops what it holds in doubt of this partner's, for it settles nothing. */
  giveUp(partner: ReplicaPeer): void
  settleWith(partner: ReplicaPeer): Promise<void>
}

export interface ReplicaPeerOptions {
  readonly maximumNorm?: number
  /** Codec of every exchange. Default: none. */
  readonly codec?: string
  /** The part of the parameters that an exchange is about. Default: all of them. */
  readonly part?: Range
  /** Milliseconds that writing anything down takes; 0 where nothing is kept. */
  readonly flush?: number
  readonly age?: number
  /** How much its parameters count. Default: 1. */
  readonly voice?: number
  /** The share of the difference that each takes, under a rule that decides it. Default: both take as much. */
  readonly share?: ExchangeOptions['share']
  /** How it clips, by its name. Default: it does not. */
  readonly clipping?: (self: string) => ExchangeOptions['clipping']
  /** Whether {@link ReplicaPeer.added} is kept, which takes as much as all that is exchanged. Default: yes. */
  readonly keepsAdded?: boolean
  /** Called when an exchange has ended of which something was added. */
  readonly onApplied?: () => void
}

export const forever: AbortOptions = { signal: new AbortController().signal }

const copyOf = ({ first, values, indices }: Difference): Difference => ({
  first,
  values: values.slice(),
  ...(indices === undefined ? {} : { indices: indices.slice() }),
})

/** Keeps what is added by exchanges. */
function watched(bare: Replica, added: Difference[]): Replica {
  const record = (entry: JournalEntry) => {
    if (entry.type === 'decided') added.push(copyOf(entry))
    if (entry.type === 'applied') {
      for (const doubt of bare.ledger.doubts(entry.partner)) {
        if (doubt.id === entry.id && doubt.frame < entry.frames) added.push(copyOf(doubt))
      }
    }
    return plain(entry)
  }
  const plain = bare.record
  return Object.defineProperty(bare, 'record', { value: record })
}

/** @param port not started */
export async function createReplicaPeer(
  port: Network,
  clock: Clock,
  vector: ArrayLike<number>,
  {
    maximumNorm = 1e9,
    codec = 'none',
    part,
    flush = 1,
    age = 0,
    keepsAdded = true,
    onApplied = () => {},
    voice = 1,
    share,
    clipping,
  }: ReplicaPeerOptions = {},
): Promise<ReplicaPeer> {
  const name = port.self
  const added: Difference[] = []
  const written = () => clock.sleep(flush, forever)
  const storage = flush === 0 ? undefined : { begun: true, save: written, append: written }
  const start = { parameters: new Float32Array(vector), step: 0, age }
  const bare = createReplica(start, storage)
  const replica = keepsAdded ? watched(bare, added) : bare
  const engagements = createEngagements(replica.ledger)
  let answering = 0
  const waiting: (() => void)[] = []
  let count = 0
  const exchange = createExchange({
    self: name,
    replica,
    clock,
    admissibleNorm: () => ({ most: maximumNorm, isFalse: () => false }),
    believedAge: (_partner, age) => age,
    engagements,
    timeouts: createTimeouts(),
    codings: createCodings({ parameters: replica.parameters, random: createRandom(name), compression: codec }),
    accepts: proposed => proposed === codec,
    onCompleted: () => {},
    nextId: () => `${name}${count++}`.slice(-60),
    refusal: () => peer.closed,
    isBehind: partner => partner - replica.age > peer.lag,
    isPart: proposed =>
      (part === undefined ? proposed.end === vector.length : true) &&
      proposed.end <= vector.length &&
      proposed.first <= proposed.end,
    onEstablished: () => {},
    onApplied,
    inRounds: false,
    isDone: () => false,
    voice,
    share,
    clipping: clipping?.(name),
    onPartnerDone: () => {},
    makeRoom: () => {},
    onFailed: () => {},
    slots: createSlots({ engagements, standing: createStanding(clock, replica.contribution), clock }),
    terms: async () => terms(),
  })
  const sketcher = createSketcher(vector.length, SKETCH_BUCKETS, 1)
  const whole = { sketch: () => sketcher.sketch(replica.parameters) }
  const sketches = createSnapshotSketches(replica.parameters, whole, sketcher)
  const terms = () => liveTerms(replica, engagements.ownShare, sketches)
  const incarnation = { lostExchanges: false }
  const warnings: string[] = []
  const events: Pick<Events, 'emit'> = {
    emit(name, detail) {
      if (name === 'warning' && 'message' in detail) warnings.push(detail.message)
    },
  }
  const settlementProtocol = createSettlementProtocol({
    replica,
    engagements,
    incarnation,
    clock,
    events,
    onApplied: () => {},
  })

  async function over(stream: FrameStream, body: (stream: FrameStream) => Promise<void>): Promise<void> {
    try {
      await body(stream)
      await stream.close(forever)
    } catch (error) {
      stream.abort(error as Error)
      throw error
    }
  }

  const peer: ReplicaPeer = {
    name,
    replica,
    added,
    exchange,
    engagements,
    incarnation,
    warnings,
    settlementProtocol,
    get answering() {
      return answering
    },
    async answered() {
      while (answering > 0) await new Promise<void>(resolve => waiting.push(resolve))
    },
    failure: undefined,
    closed: undefined,
    lag: Number.POSITIVE_INFINITY,
    average: async partner =>
      over(await port.open(partner.name, 'exchange', forever), stream =>
        exchange.initiate(stream, { part: part ?? { first: 0, end: vector.length }, codec, terms: terms() }, forever),
      ),
    giveUp(partner) {
      for (const { id } of replica.ledger.doubts(partner.name)) {
        const [first] = replica.ledger.doubts(partner.name).filter(doubt => doubt.id === id)
        if (first !== undefined) replica.record({ type: 'aborted', id, partner: partner.name, frames: first.frame })
      }
    },
    settleWith: async partner =>
      over(await port.open(partner.name, 'settle', forever), stream => settlementProtocol.ask(stream, forever)),
  }
  await port.start({
    async stream(channel, stream) {
      const body = channel === 'settle' ? settlementProtocol.answer : exchange.respond
      answering++
      await over(stream, one => body(one, forever)).catch(error => {
        peer.failure = error as Error
      })
      answering--
      for (const resolve of waiting.splice(0)) resolve()
    },
    announcement: () => 'accept',
    connected() {},
    acquainted() {},
    disconnected() {},
  })
  return peer
}
