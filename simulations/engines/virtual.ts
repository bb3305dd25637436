/**
 * The virtual engine: the deployed core, N times, on a virtual network and clock.
 *
 * @packageDocumentation
 */

import { consensusDistance } from '../../src/averaging/consensus.ts'
import { none as isolated } from '../../src/averaging/rules/none.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'
import { HearsayError, UsageError } from '../../src/errors.ts'
import type { GossipEvents } from '../../src/gossip/events.ts'
import type { PeerId } from '../../src/gossip/ports.ts'
import { PROGRESS_LABELS } from '../../src/gossip/run/constants.ts'
import { peerBytes } from '../../src/library/peer-bytes.ts'
import { sampleText } from '../../src/library/sample-text.ts'
import { hashParameters } from '../../src/parameters/hash.ts'
import { distance, meanOf, norm } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'
import { stepsPerRound } from '../../src/recipe/recipe.ts'
import { concludeRun } from '../conclude-run.ts'
import { EVALUATIONS, LOCAL_NETWORK } from '../defaults.ts'
import { peerQuality } from '../judgement.ts'
import { fixedSpectralGap, measureRound } from '../measure.ts'
import type { Simulation } from '../options.ts'
import { pairwiseDistances } from '../pairwise.ts'
import type { PeerResult, RoundResult, RunResult } from '../result.ts'
import { populate } from '../virtual/churn.ts'
import { requirePossible } from '../virtual/conditions.ts'
import { graphOf, MOST_WHO_KNOW_ALL, partialViews } from '../virtual/partial-view.ts'
import { createProgress, type Progress } from '../virtual/progress.ts'
import { scheduleSplits } from '../virtual/splits.ts'
import { drawStragglers } from '../virtual/stragglers.ts'
import { createTask, type Task } from '../virtual/task.ts'
import { createWorld, type SimulatedPeer, type World } from '../virtual/world.ts'

/** No distance is below zero, so a swarm with this target averages for as long as it is let. */
const NEVER_SEALS = -1

/** A swarm that has not agreed in so much virtual time after its last step never will. */
const LIMIT_MS = 3_600_000

/** The same under churn, where peers leave all the time and every virtual minute costs as much as any other. */
const LIMIT_UNDER_CHURN_MS = 5 * 60_000

/**
 * A swarm too large to seal goes on averaging after its last step until its peers are within the recipe's distance; for at
 * most so many rounds, in each of which random pairs come closer by a factor of e^(1/2) (Boyd, Ghosh, Prabhakar and Shah,
 * "Randomized gossip algorithms", 2006).
 */
const MOST_CLOSING_ROUNDS = 60

/**
 * Runs a swarm on virtual time. The same options give the same result on the same machine, bit for bit, `timing` aside.
 *
 * @throws UsageError where the options do not fit together
 * @throws HearsayError naming the peer that cannot go on
 */
export async function simulateVirtually(options: Simulation): Promise<RunResult> {
  const { peers, seed, rounds: limit, signal } = options
  const { recipe, hash: swarm, topology } = options.prepared
  const { steps } = recipe.training
  const target = recipe.averaging.consensusDistance
  options.prepared.requirePeers(peers)
  requirePossible(options)
  const averaging = options.prepared.averaging()
  // One alone has nobody to average with, and nothing to agree on.
  const rule = peers > 1 ? averaging.rule : isolated
  const averages = rule.live.schedule !== 'alone'
  const trains = steps > 0
  const graph = graphOf(topology, peers, seed)
  const views = partialViews(graph, peers)
  if (views !== undefined && !trains && limit === undefined) {
    throw new UsageError(
      `${peers} virtual peers do not seal, because beyond ${MOST_WHO_KNOW_ALL} each knows only its neighbours; ` +
        'say for how many rounds they average, such as --rounds 20',
    )
  }
  const notes = views === undefined ? [] : [partialViewNote(views, graph.name)]
  const random = createRandom(seed)
  const slowness = drawStragglers(options.stragglers, peers, random.fork('stragglers'))
  const task = await createTask({ ...options, recipe }, slowness.training)
  const { localSteps } = recipe.exchange
  const roundSteps = stepsPerRound(localSteps)
  const evaluateEvery =
    options.evaluateEvery ?? (trains ? Math.max(1, Math.round(steps / roundSteps / EVALUATIONS)) : 1)
  const seals = views === undefined && (limit === undefined || trains)

  const began = performance.now()
  const progress = createProgress()
  const spectralGap = fixedSpectralGap(graph, peers)
  options.onStart?.({ spectralGap })

  const world = createWorld({
    swarm,
    // A partial view already holds the neighbours alone, so every peer in it may be chosen.
    topology: views === undefined ? topology : complete,
    steps,
    localSteps,
    ...averaging,
    rule,
    target: seals ? target : NEVER_SEALS,
    maximumNorm: recipe.security.maximumNorm,
    evaluateEvery: Number.POSITIVE_INFINITY,
    minimumPeers: trains ? startingPeers(options, views) : 1,
    patience: recipe.start.patience,
    peers,
    seed,
    networkConditions: { delay: options.delay ?? LOCAL_NETWORK, loss: options.loss ?? 0, bandwidth: options.bandwidth },
    slowness: slowness.links,
    partialView: views && (index => views[index]),
    trainer: task.trainer,
    onEvent(peer, name, detail) {
      progress.onEvent(peer, name, detail)
      if (name === 'exchange') tellExchange(peer, detail as GossipEvents['exchange'])
    },
  })
  const { clock, simulatedPeers } = world
  const numbers = new Map(simulatedPeers.map(({ peer, index }) => [peer, index]))

  function tellExchange(peer: PeerId, { peer: partner, ...exchange }: GossipEvents['exchange']): void {
    const [from, to] = [numbers.get(peer), numbers.get(partner)]
    if (from !== undefined && to !== undefined) options.onExchange?.({ from, to, ...exchange })
  }

  try {
    const onFailure = (index: number, error: Error) => progress.onEvent(simulatedPeers[index].peer, 'failed', { error })
    const churn = await populate(world, options.churn, random.fork('churn'), onFailure)
    scheduleSplits(world, options.splits ?? [], random.fork('splits'))
    // A peer that joins later brings a vector of its own, so only without one is the mean known beforehand.
    const expected = trains || churn.away.size > 0 ? undefined : world.mean()
    const rounds: RoundResult[] = []

    /** Peers that will do no more local steps. */
    const isDone = ({ peer, index }: SimulatedPeer) => progress.trained.has(peer) || churn.gone.has(index)
    const allTrained = () => progress.trained.size + churn.gone.size >= peers && simulatedPeers.every(isDone)

    /** One of those that have furthest to go, as of the last time that it was looked for. */
    let slowest = simulatedPeers[0]
    function allHaveTrained(least: number): boolean {
      const behind = (one: SimulatedPeer) => !churn.gone.has(one.index) && stepOf(one) < least
      if (behind(slowest)) return false
      slowest = simulatedPeers.find(behind) ?? slowest
      return !behind(slowest)
    }

    const round = () =>
      trains && !allTrained()
        ? Math.floor(Math.min(...simulatedPeers.map(stepOf)) / roundSteps)
        : Math.floor(progress.exchanges() / peers)

    /** Exchanges by the time at which all had trained, and the rounds of them since. */
    let exchanged: number | undefined
    let closingRounds = -1
    function closed(): boolean {
      if (!allTrained()) return false
      exchanged ??= progress.exchanges()
      const since = Math.floor((progress.exchanges() - exchanged) / peers)
      if (since === closingRounds) return false
      closingRounds = since
      return since >= MOST_CLOSING_ROUNDS || consensusDistance(parametersOf(world)) <= target
    }

    function over(): boolean {
      if (!averages) return allTrained()
      if (limit !== undefined && !trains) return peers === 1 || progress.exchanges() >= limit * peers
      if (views !== undefined) return closed()
      return world.agreed() && churn.away.size === churn.gone.size
    }

    /** When all had trained. */
    let since = trains ? undefined : 0
    let latest = { exchanges: 0, at: 0 }
    function hopeless(): boolean {
      if (since === undefined && allTrained()) since = clock.now()
      if (progress.exchanges() > latest.exchanges) latest = { exchanges: progress.exchanges(), at: clock.now() }
      const limitMs = options.churn === undefined ? LIMIT_MS : LIMIT_UNDER_CHURN_MS
      // A swarm that averages for a given number of rounds need not agree, but must make progress.
      const from = seals ? since : limit !== undefined && !trains ? latest.at : undefined
      return averages && from !== undefined && clock.now() - from > limitMs
    }

    async function measure(at: number, labels?: number): Promise<void> {
      const drift = expected && distance(world.mean(), expected) / norm(expected)
      const moment = {
        peers,
        round: at,
        time: clock.now() / 1_000,
        bytesSent: world.network.bytesSent(),
        messages: world.network.messages(),
      }
      const result = await measureRound(moment, parametersOf(world), drift ?? null, task.judge, labels)
      rounds.push(result)
      options.onRound?.(result)
    }

    await measure(0, PROGRESS_LABELS)
    let next = evaluateEvery
    // After training only the exchanges count, and nobody waits for a round of them: one more evaluation at the end.
    const due = () =>
      trains ? !allTrained() && allHaveTrained(next * roundSteps) : progress.exchanges() >= next * peers
    const cut = () => signal?.aborted === true || progress.failure() !== undefined
    while (!over() && !cut() && !hopeless()) {
      await clock.run(() => over() || due() || cut() || hopeless() || (seals && world.agreed()))
      // The peers that are away have yet to learn of the seal.
      if (seals && world.agreed()) await churn.end()
      if (over() || cut() || !due()) continue
      next = round() + evaluateEvery
      await measure(round(), PROGRESS_LABELS)
    }

    const partial = whyPartial(progress, signal, peer => Math.floor(stepOf(find(world, peer)) / roundSteps))
    const last = rounds[rounds.length - 1].round
    const end = trains && partial === undefined ? Math.ceil(steps / roundSteps) : Math.max(round(), last)
    // The end stands for its round, even where the round was looked at before; round 0 is the beginning and stays.
    if (rounds.length > 1 && last === end) rounds.pop()
    await measure(end)

    const sealed = seals && world.agreed()
    if (partial === undefined && seals && averages && !sealed) {
      notes.push(`the swarm did not agree in the ${Math.round((clock.now() - (since ?? 0)) / 1_000)} s it was given`)
    }
    if (churn.gone.size > 0) notes.push(`${churn.gone.size} of ${peers} peers had left for good by the end`)
    const vectors = parametersOf(world)
    const wallSeconds = (performance.now() - began) / 1_000
    return concludeRun({
      recipe,
      seed,
      engine: 'virtual',
      peers,
      rounds,
      spectralGap,
      parametersHash: sealedHash(world) ?? hashParameters(meanOf(vectors)),
      sample: await sampleText(recipe, meanOf(vectors), createRandom(`${seed}/sample`), task.frozen),
      sealed,
      peerResults: await peerResults(world, task),
      ...(notes.length === 0 ? {} : { notes }),
      pairwise: pairwiseDistances(vectors),
      partial,
      figures: partial?.reason === 'diverged' ? undefined : await task.figures(meanOf(vectors)),
      wallSeconds,
      secondsInRounds: wallSeconds,
      peerSteps: simulatedPeers.reduce((sum, one) => sum + stepOf(one), 0),
    })
  } finally {
    await task.stop()
  }
}

/** Peers that are there in the beginning begin together, as in a swarm; a peer with a partial view waits for all in it. */
function startingPeers({ peers, churn }: Simulation, views: readonly (readonly number[])[] | undefined): number {
  const events = typeof churn === 'object' ? churn : []
  const away = new Set(events.filter(({ time, up }) => time > 0 && up).map(({ peer }) => peer))
  for (const { peer, time, up } of events) if (time <= 0 && !up) away.add(peer)
  const knows = views === undefined ? peers : 1 + Math.min(...views.map(others => others.length))
  return Math.max(1, Math.min(knows, peers - away.size))
}

function partialViewNote(views: readonly (readonly number[])[], graph: string): string {
  const counts = views.map(others => others.length)
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)]
  const known = fewest === most ? `${most}` : `${fewest} to ${most}`
  return `each peer knows only ${known} others, its neighbours in ${graph}, and the swarm does not seal`
}

/** @throws HearsayError where a peer could not go on for another reason than that it diverged */
function whyPartial(
  progress: Progress,
  signal: AbortSignal | undefined,
  roundOf: (peer: string) => number,
): RunResult['partial'] {
  const failure = progress.failure()
  if (failure === undefined) return signal?.aborted === true ? { reason: 'interrupted' } : undefined
  const { peer, error } = failure
  if (error.name !== 'TrainingDivergedError') throw new HearsayError(`${peer}: ${error.message}`)
  return { reason: 'diverged', round: roundOf(peer), peer }
}

/** Local steps that a peer has done; those of the checkpoint on its disk, while it is away. */
function stepOf({ gossip, disk }: SimulatedPeer): number {
  return gossip?.step() ?? disk.content()?.step ?? 0
}

/** Parameters of every peer; those on its disk, if there are any yet, while it is away. */
function parametersOf({ simulatedPeers }: World): Float32Array[] {
  return simulatedPeers.flatMap(({ gossip, disk }) => gossip?.parameters() ?? disk.content()?.parameters ?? [])
}

function sealedHash({ simulatedPeers }: World): string | undefined {
  return simulatedPeers.find(({ gossip }) => gossip !== undefined)?.gossip?.sealed()
}

function find({ simulatedPeers }: World, name: string): SimulatedPeer {
  return simulatedPeers.find(({ peer }) => peer === name) as SimulatedPeer
}

/** A peer's counts at the end; those of the checkpoint on its disk, if it is away. */
function outcomeOf(
  gossip: SimulatedPeer['gossip'],
  disk: SimulatedPeer['disk'],
): Pick<PeerResult, 'ownSteps' | 'exchanges' | 'exchangesAsked' | 'partners' | 'inModel'> {
  if (gossip !== undefined) {
    const { ownSteps, exchanges, exchangesAsked, partners, inModel } = gossip.status()
    return { ownSteps, exchanges, exchangesAsked, partners, inModel }
  }
  const { ownSteps = 0, exchanges = 0, exchangesAsked = 0, averaged = {} } = disk.content()?.contribution ?? {}
  return { ownSteps, exchanges, exchangesAsked, partners: Object.keys(averaged).length, inModel: false }
}

async function peerResults({ simulatedPeers, network }: World, { judge, shards }: Task): Promise<PeerResult[]> {
  const results: PeerResult[] = []
  for (const { peer, index, gossip, disk } of simulatedPeers) {
    const own = gossip?.trained() ?? gossip?.parameters() ?? disk.content()?.parameters
    results.push({
      peer,
      samples: shards[index] ?? 0,
      ...(judge === undefined || own === undefined ? { accuracy: null } : peerQuality(await judge(own))),
      alone: null,
      sealed: (gossip === undefined ? disk.content()?.sealed : gossip.sealed()) ?? null,
      ...peerBytes(network.traffic(peer), gossip?.status()),
      ...outcomeOf(gossip, disk),
    })
  }
  return results
}
