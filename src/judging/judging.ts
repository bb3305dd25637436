/**
 * The common model, judged on the test samples of all members, of which none leaves its owner: after the seal every member counts its own,
 * and the same core that averaged the model averages the counts, in a swarm of its own beside it. The average times the number of
 * peers in it is the sum, exactly; see `constants.ts` for why, and `counts-vector.ts` for how a vector tells that it is.
 *
 * It ends with a seal, so that all hold the same bytes and tell the same figures. A member that vanishes with counts that are only partly in
 * leaves an average that is no sum of whole numbers: all see that in what they have sealed, and count anew without it, in a swarm named
 * after that seal.
 *
 * @packageDocumentation
 */

import { createHash } from 'node:crypto'
import { adpsgd } from '../averaging/rules/adpsgd.ts'
import { complete as everybody } from '../averaging/topologies/complete.ts'
import { createGossip, type Gossip } from '../gossip/gossip.ts'
import type { RecipeDocument } from '../gossip/membership/recipe-handshake.ts'
import type { Clock, PeerId } from '../gossip/ports.ts'
import { createMutex } from '../mutex.ts'
import { createLayout } from '../parameters/layout.ts'
import type { Random } from '../random/random.ts'
import type { Namespaces } from '../standardise/namespaces.ts'
import { createStillTrainer } from '../standardise/still-trainer.ts'
import type { CountsShape, TestCounts } from '../worth/counts.ts'
import {
  ALONE_MS,
  COUNTS_DISTANCE,
  enoughExchanges,
  JUDGING_TIMEOUT_MS,
  LOOK_MS,
  MEMBERS_TIMEOUT_MS,
  MOST_ATTEMPTS,
} from './constants.ts'
import { createCountsReader, encodeCounts, lengthOf, mostNorm, type SummedCounts } from './counts-vector.ts'

export interface JudgingOptions {
  /** The swarm's id. */
  readonly swarm: string
  readonly recipe: RecipeDocument
  /** Hash of the model that is judged. */
  readonly model: string
  /** Namespaces of a network that has been started. */
  readonly namespaces: Namespaces
  readonly clock: Clock
  readonly random: Random
  readonly shape: CountsShape
  /** What this peer has counted; undefined where it has no part in the model, and only takes the figures. */
  readonly own: TestCounts | undefined
  /** Members that have sealed the model, this peer among them, as far as it has seen. */
  readonly members: number
  /** Those of them that are there now, this peer not among them. */
  readonly present: () => readonly PeerId[]
  /** Called once, with the sum or with the reason why there is none. */
  readonly onJudged: (outcome: JudgingOutcome) => void
}

export type JudgingOutcome =
  | {
      readonly counts: TestCounts
      /** Members whose counts these are. */
      readonly members: number
      /** Members that have sealed the model. */
      readonly of: number
    }
  | { readonly reason: string }

export interface Judging {
  start(): Promise<void>
  /** Whether others that count may still need this peer. */
  isNeeded(): boolean
  stop(): Promise<void>
}

export function createJudging(options: JudgingOptions): Judging {
  const { model, clock, own, members, present } = options
  const attempts: Gossip[] = []
  const work = createMutex()
  let began = Number.NaN
  let lastSeen = Number.NaN
  let stopped = false
  let isTold = false
  let cancelLook = () => {}

  function tell(outcome: JudgingOutcome): void {
    if (isTold || stopped) return
    isTold = true
    options.onJudged(outcome)
  }

  /** One after the other, and none after the end. */
  async function begin(name: string): Promise<void> {
    try {
      await work.run(async () => {
        if (stopped) return
        const gossip = await startAttempt(
          options,
          name,
          () => isTold,
          began,
          sealed => weigh(sealed),
        )
        // Those before stay up: others may still have to seal them, to see that they are of no use.
        attempts.push(gossip)
      })
    } catch (error) {
      tell({ reason: (error as Error).message })
    }
  }

  function weigh({ hash, summed }: Sealed): void {
    if (summed !== undefined) tell({ counts: summed.counts, members: summed.members, of: summed.of })
    else if (attempts.length < MOST_ATTEMPTS) void begin(nameOf(hash))
    else tell({ reason: `members came and went while they counted, ${MOST_ATTEMPTS} times` })
  }

  /** Sees to it that a peer does not wait for ever: for those that have gone, or for those that never answer. */
  function look(): void {
    if (isTold || stopped) return
    const now = clock.now()
    // Members that do not come to count are as good as gone.
    const mayCome = present().length > 0 && now - began < MEMBERS_TIMEOUT_MS
    if (mayCome || (attempts.at(-1)?.members().length ?? 0) > 0) lastSeen = now
    if (now - lastSeen >= ALONE_MS) {
      tell(
        own === undefined
          ? { reason: 'nobody is there any more that has counted' }
          : { counts: own, members: 1, of: Math.max(1, members) },
      )
    } else if (now - began >= JUDGING_TIMEOUT_MS) {
      tell({ reason: `the members did not agree on their counts in ${JUDGING_TIMEOUT_MS / 1_000} s` })
    }
    cancelLook = clock.after(LOOK_MS, look)
  }

  return {
    async start() {
      began = lastSeen = clock.now()
      look()
      await begin(nameOf(model))
    },
    isNeeded() {
      if (stopped) return false
      const last = attempts.at(-1)
      return !isTold || last?.members().some(({ announcement }) => announcement.phase !== 'sealed') === true
    },
    async stop() {
      stopped = true
      cancelLook()
      await work.idle()
      await Promise.all(attempts.map(gossip => gossip.stop()))
    },
  }
}

interface Sealed {
  readonly hash: string
  /** What it says; undefined where it is no sum. */
  readonly summed: SummedCounts | undefined
}

function nameOf(hash: string): string {
  return `counts/${hash.slice(0, 16)}`
}

/** A swarm of its own that averages counts until they are sealed. */
async function startAttempt(
  { swarm, recipe, namespaces, clock, random, shape, own, members, present }: JudgingOptions,
  name: string,
  isTold: () => boolean,
  began: number,
  onSealed: (sealed: Sealed) => void,
): Promise<Gossip> {
  const layout = createLayout([{ name: 'counts', shape: [lengthOf(shape)], trainable: false }])
  const network = namespaces.open(name)
  const first = encodeCounts(shape, { peer: network.self, counts: own, members })
  const reader = createCountsReader(shape)
  for (const peer of [network.self, ...present()]) reader.expect(peer)
  let exchanges = 0
  let gossip: Gossip | undefined

  const someHaveSealed = () => (gossip?.members() ?? []).some(({ announcement }) => announcement.phase === 'sealed')

  function mayPropose(): boolean {
    if (gossip === undefined) return false
    const averaging = gossip.members().filter(({ announcement }) => announcement.phase !== 'waiting')
    const here = averaging.map(({ peer }) => peer)
    const missing = present().filter(peer => !here.includes(peer))
    if (missing.length > 0 && clock.now() - began < MEMBERS_TIMEOUT_MS) return false
    const summed = reader.read(gossip.parameters())
    if (summed === undefined) return exchanges >= enoughExchanges(1 + here.length)
    return here.every(summed.holds)
  }

  gossip = await createGossip(
    {
      swarm: createHash('sha256').update(`${swarm}/${name}`).digest('hex'),
      recipe,
      topology: everybody,
      steps: 0,
      localSteps: 1,
      rule: adpsgd,
      // One alone has nothing to agree on.
      minimumPeers: 2,
      // Whoever comes when some have sealed takes what they have; so does one that has no part.
      isOpen: () => own !== undefined && !isTold() && !someHaveSealed(),
      target: COUNTS_DISTANCE,
      maximumNorm: mostNorm(shape),
      evaluateEvery: Number.POSITIVE_INFINITY,
      network,
      clock,
      random: random.fork(name),
      trainer: createStillTrainer(layout, async () => first.slice()),
      beyondTarget: true,
      mayPropose,
    },
    (event, detail) => {
      if (event === 'peer:join' || event === 'peer:leave') exchanges = 0
      if (event === 'peer:join' && 'peer' in detail) reader.expect(detail.peer)
      if (event === 'exchange' && 'outcome' in detail && detail.outcome === 'averaged') exchanges++
      if (event === 'consensus' && 'parametersHash' in detail && gossip !== undefined) {
        onSealed({ hash: detail.parametersHash, summed: reader.readSealed(gossip.parameters()) })
      }
    },
  )
  await gossip.start()
  return gossip
}
