/**
 * The protocol core: a peer that trains, averages with others, and agrees with them in the end. It knows the world only
 * through its ports, so the same code runs over real sockets and in a simulation.
 *
 * @packageDocumentation
 */

import { createOuterStep } from '../averaging/outer-step.ts'
import { createSketcher } from '../averaging/sketch.ts'
import type { Topology } from '../averaging/topology.ts'
import { restoreRandom } from '../random/random.ts'
import { AUTO_COMPRESSION } from '../recipe/recipe.ts'
import { acceptsCodec, createCodings } from './coding/codings.ts'
import { MAX_MEMBERS } from './constants.ts'
import { RefusedError, StoppedError } from './errors.ts'
import type { Emit } from './events.ts'
import { createAveraging } from './exchange/scheduler.ts'
import { createSettle, createSettling } from './exchange/settlement.ts'
import { decodeAnnouncement, encodeAnnouncement, type Phase } from './membership/announcement.ts'
import { createAnnouncer } from './membership/announcer.ts'
import {
  MAX_ADDRESSES,
  MAX_SHOWN_CHARACTERS,
  MEMBER_FORGOTTEN_MS,
  MIN_ANNOUNCE_GAP_MS,
  SKETCH_BUCKETS,
} from './membership/constants.ts'
import { createMembership } from './membership/membership.ts'
import { createPartners } from './membership/partners.ts'
import { createStanding } from './membership/peer-scores.ts'
import { compareRecipes, type RecipeDocument } from './membership/recipe-handshake.ts'
import { createCompressionChoice } from './pace/choose-compression.ts'
import { createInterval } from './pace/interval.ts'
import { createPatience } from './pace/timeouts.ts'
import type { Channel, Clock, FrameStream, Network, PeerId, Random, Storage, Trainer } from './ports.ts'
import { createBeginning } from './run/beginning.ts'
import { createCompany } from './run/company.ts'
import { STOP_GRACE_MS, STOP_POLL_MS } from './run/constants.ts'
import { createDivergenceCheck } from './run/divergence.ts'
import { createLearning } from './run/learning.ts'
import { contributionIn, requireOurs, sealedIn, withoutOuter, withTensors } from './run/resumption.ts'
import { createRunTime } from './run/run-time.ts'
import { createTrainingCourse } from './run/training-course.ts'
import { FREEZE_PATIENCE_MS } from './seal/constants.ts'
import { createSealing } from './seal/seal.ts'
import type { Checkpoint } from './state/checkpoint.ts'
import { createLedger } from './state/ledger.ts'
import { createReplica } from './state/replica.ts'
import { createConversations, type StreamTraffic } from './streams/conversations.ts'
import type { FetchedVector } from './sync/fetch.ts'
import { createLateJoining } from './sync/late-joining.ts'
import { createVectorsOnDemand } from './sync/state-sync.ts'

export interface GossipOptions {
  /** The recipe's hash. */
  readonly swarm: string
  readonly recipe: RecipeDocument
  readonly topology: Topology
  /** Local steps of its own that this peer trains at least; 0 only averages. */
  readonly steps: number
  /** Members with data that must be there before the first step, this peer among them. Default: 1, nobody is waited for. */
  readonly minimumPeers?: number
  /** How long this peer waits for them, in milliseconds; then it fails. Default: for ever. */
  readonly wait?: number
  /** Whether this peer was told of others, so that it is not alone before it has met somebody. Default: no. */
  readonly hasContacts?: boolean
  /** So many times as long as half of those that began took for their steps, the others are waited for. Default: 2. */
  readonly patience?: number
  /** Whether this peer remains after the seal, as a source for those that come. Default: until nobody needs it. */
  readonly stays?: boolean
  /** Local steps between two exchanges that this peer begins; `auto` follows how long both take. */
  readonly localSteps: number | 'auto'
  /** Whether parameters are averaged at all; without, the peer only trains. */
  readonly averages: boolean
  /** Whether everybody averages with all its neighbours in step, as D-PSGD does. Default: in pairs, whenever it suits. */
  readonly inRounds?: boolean
  /** The averaging rule: some take an outer step after each exchange. Default: none of these. */
  readonly rule?: string
  /** How parameters travel while they are trained: the name of a codec, or `auto`. Default: as float32. */
  readonly compression?: string
  /** Into how many fragments the parameters are cut, of which an exchange carries one. Default: one, all of them. */
  readonly fragments?: number
  /** Whether a peer's parameters count by its samples. Default: all alike. */
  readonly bySamples?: boolean
  /** Relative consensus distance at which the swarm may seal. */
  readonly target: number
  readonly maximumNorm: number
  /** Loss of one that guesses, where the trainer's is a cross-entropy: by that a peer knows that its training has diverged. */
  readonly chanceLoss?: number
  /** Local steps between two evaluations on the test set. */
  readonly evaluateEvery: number
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  readonly trainer: Trainer
  /** Where to keep checkpoints; without, a crash loses the peer. */
  readonly storage?: Storage
  /** Whether this peer may propose its vector for the seal, beside what the protocol asks for. Default: always. */
  readonly mayPropose?: () => boolean
  /** Whether whoever comes still has a part in what is agreed on. Default: until there is a seal, as `seal/decide.ts` says. */
  readonly isOpen?: () => boolean
  /** What {@link Storage.load} gave, to go on from there. */
  readonly checkpoint?: Checkpoint
}

/** What became of a peer's own data. */
export interface PeerOutcome {
  /** Local steps trained on its own data, in all its lives. */
  readonly ownSteps: number
  /** Exchanges that it took part in while it trained, whoever began them, and those that its steps and the recipe ask for. */
  readonly exchanges: number
  readonly exchangesAsked: number
  /** With how many distinct others. */
  readonly partners: number
  /** Whether the final model, which at least two have chosen, contains this peer's data. */
  readonly inModel: boolean
  /** Of its own steps, those that are not known to be in the model. */
  readonly leftOut: number
  /** Living members, this peer among them, that have chosen the final model; 0 where there is none. */
  readonly members: number
  /** Members that fell silent without a goodbye, and are not back. */
  readonly vanished: number
}

export interface GossipStatus extends PeerOutcome {
  readonly phase: Phase
  readonly step: number
  readonly age: number
  /** Local steps between two exchanges, as of now. */
  readonly localSteps: number
  readonly peers: readonly PeerId[]
  readonly consensusDistance: number | null
  readonly bytesIn: number
  readonly bytesOut: number
  /** Of these bytes, what streams carried; the rest is what connections, encryption and announcements need. */
  readonly streams: StreamTraffic
  /** Of these, what arrived when this peer fetched parameters: late, returning, or for the seal. */
  readonly fetchedBytes: number
  /** Exchanges that this peer began and that were applied on both sides, those after training as well. */
  readonly exchangesBegun: number
}

export interface Gossip {
  /** Opens the network, so that others can connect, and nothing else yet. {@link start} does it where it was not done. */
  listen(): Promise<void>
  start(): Promise<void>
  /** A copy of the parameters as they are now. */
  parameters(): Float32Array
  /** The parameters when training ended, before the swarm agreed; undefined before that. */
  trained(): Float32Array | undefined
  status(): GossipStatus
  /** Local steps done. */
  step(): number
  /** The hash on which the swarm sealed, once it has. */
  sealed(): string | undefined
  /** Differences that this peer holds in doubt and whether it has decided an exchange: for invariants in tests. */
  open(): Pick<Checkpoint, 'decisions' | 'doubts'>
  /**
   * Whether nobody needs this peer any more after the seal: all it knows have sealed too or left, and those that
   * vanished have had time to come back.
   */
  dismissed(): boolean
  /** Settles or drops what is under way, writes a checkpoint, says goodbye. The peer cannot be started again. */
  stop(): Promise<void>
}

const NO_COMPRESSION = 'none'

/** The recipe's default. */
const DEFAULT_PATIENCE = 2

/** In pairs, without an outer step. */
const PLAIN_RULE = 'adpsgd'

export async function createGossip(options: GossipOptions, emit: Emit): Promise<Gossip> {
  const { swarm, network, clock, random, trainer, storage, checkpoint, compression = NO_COMPRESSION } = options
  const { self } = network
  if (checkpoint !== undefined) requireOurs(checkpoint, swarm, self, trainer.layout.length)

  const partnerRandom = checkpoint === undefined ? random : restoreRandom(checkpoint.random)
  const incarnation = Math.max(Math.floor(clock.now()), (checkpoint?.sequence ?? -1) + 1)
  let sequence = incarnation
  let exchangeCount = 0
  if (checkpoint !== undefined) await trainer.restore(withoutOuter(checkpoint.trainer))
  const trainerState = await trainer.state()

  const replica = createReplica(
    {
      parameters: checkpoint?.parameters ?? (await trainer.initial()),
      step: checkpoint?.step ?? 0,
      age: checkpoint?.age ?? 0,
      ledger: createLedger(checkpoint?.decisions ?? [], checkpoint?.doubts ?? []),
      contribution: contributionIn(checkpoint),
    },
    storage && {
      begun: checkpoint !== undefined,
      save: () => orFail(storage.save(takeCheckpoint())),
      append: entry => orFail(storage.append(entry)),
    },
  )
  const { contribution } = replica
  const least = options.steps
  const hasData = least > 0
  const membership = createMembership(clock)
  const runTime = createRunTime(clock, options.patience ?? DEFAULT_PATIENCE)
  const training = createTrainingCourse({
    clock,
    runTime,
    contribution,
    least,
    averages: options.averages,
    phase: () => sealing.phase(),
    interval: () => averaging.lateness.interval(),
    voices: () => sealing.voices(),
    announce: () => announcer.soon(),
  })
  const standing = createStanding(clock)
  const patience = createPatience()
  const conversations = createConversations(network, clock, patience, blame, (_peer, { message }) =>
    emit('warning', { message }),
  )
  const divergence = createDivergenceCheck({
    layout: trainer.layout,
    parameters: replica.parameters,
    maximumNorm: options.maximumNorm,
    chanceLoss: options.chanceLoss,
  })
  const outer = createOuterStep(options.rule ?? PLAIN_RULE, replica.parameters)
  if (checkpoint !== undefined) outer?.restore(checkpoint.trainer.tensors)
  const fragments = options.fragments ?? 1
  const choice =
    compression === AUTO_COMPRESSION
      ? createCompressionChoice(options.localSteps, Math.ceil(replica.parameters.length / fragments))
      : undefined
  /** The codec that was told of last. */
  let announced: string | undefined
  const interval = createInterval(options.localSteps, membership.pace)
  const partners = createPartners(
    self,
    options.topology,
    membership,
    clock,
    partnerRandom,
    peer => replica.ledger.open(peer) || exchange.engaged(peer),
    reason => emit('warning', { message: `${reason}; until then every member is a neighbour` }),
  )
  /** Ends when the peer stops: nothing new is begun. */
  const stopping = new AbortController()
  /** Ends a little later: what is under way has had its time. */
  const ended = new AbortController()
  const stop = { signal: stopping.signal }
  const end = { signal: ended.signal }
  const forever = { signal: new AbortController().signal }
  const codings = createCodings({ parameters: replica.parameters, random: partnerRandom, compression })
  const averaging = createAveraging({
    self,
    replica,
    clock,
    random: partnerRandom,
    conversations,
    partners,
    patience,
    codings,
    maximumNorm: options.maximumNorm,
    inRounds: options.inRounds ?? false,
    fragments,
    codec: () => chosenCodec(),
    accepts: name => acceptsCodec(compression, name),
    nextId: () => `${incarnation.toString(36)}.${(exchangeCount++).toString(36)}`,
    closed: () => (averages() ? undefined : `not averaging (${sealing.phase()})`),
    behind: age => lateJoining.behind(age),
    voice: options.bySamples === true ? Math.max(1, trainer.samples) : 1,
    done: training.mayEnd,
    partnerSaid: training.partnerSaid,
    interval: peer => membership.get(peer)?.announcement.interval,
    trainsOnFor: training.trainsOnFor,
    trains: training.trains,
    outstanding: peer => settle.outstanding(peer),
    end,
    emit,
    established: () => lateJoining.established(),
    averaged({ bytes, milliseconds, roundTrip }) {
      begun++
      choice?.exchanged(bytes, milliseconds, roundTrip)
    },
    completed() {
      // Agreement is plain averaging: momentum would go on moving the mean.
      if (outer !== undefined && sealing.phase() === 'training') replica.add(outer.step(replica.parameters))
    },
    ended: changed,
  })
  const { exchange } = averaging
  const settle = createSettle({ replica, exchange, clock, applied: averaging.settled })
  const settling = createSettling(settle, membership, conversations, clock, changed)
  const sketcher = createSketcher(replica.parameters.length, SKETCH_BUCKETS, Number.parseInt(swarm.slice(0, 8), 16))
  const onDemand = createVectorsOnDemand({
    length: replica.parameters.length,
    maximumNorm: options.maximumNorm,
    target: options.target,
    sketcher,
    membership,
    conversations,
    clock,
    patience,
    random: partnerRandom,
    find: findVector,
    blame,
    warn: message => emit('warning', { message }),
  })
  const lateJoining = createLateJoining({
    replica,
    membership,
    clock,
    interval,
    averages: options.averages,
    // What stands open with others refers to the parameters as they are.
    replaceable: () =>
      (sealing.phase() === 'waiting' || sealing.averages()) &&
      exchange.active() === 0 &&
      replica.ledger.decisions().length + replica.ledger.doubts().length === 0,
    fetch: onDemand.current,
    joined(age) {
      codings.adopted()
      outer?.restart(replica.parameters)
      // What exchanges change from here on is of no use without it.
      replica.persist().catch(() => {})
      emit('warning', { message: `joined late: went on from the swarm's parameters of age ${age}` })
    },
  })
  const sealing = createSealing({
    self,
    swarm,
    target: options.target,
    replica,
    sketcher,
    membership,
    clock,
    sealed: sealedIn(checkpoint),
    contribution,
    trains: least > 0,
    isOpen: options.isOpen,
    metAt: () => company.metAt(),
    overdue: runTime.overdue,
    unsettled,
    mayPropose: options.mayPropose ?? (() => true),
    fetch: onDemand.withHash,
    changed: () => announcer.soon(),
    sealedOn(parametersHash, consensusDistance, members) {
      emit('consensus', { consensusDistance, parametersHash, members, exchanges: contribution.exchanges() })
    },
    emit,
  })
  const company = createCompany({
    clock,
    membership,
    sealing,
    seeksCompany: options.averages && hasData,
    stays: options.stays ?? false,
    onAlone: () => emit('alone', {}),
  })
  const beginning = createBeginning({
    clock,
    membership,
    lateJoining,
    minimum: options.minimumPeers ?? 1,
    patience: options.wait,
    // Whoever has trained in this run, or trains nothing, does not come too late for it.
    self: () => ({ hasData, belongs: contribution.ownSteps() > 0 || least === 0 }),
    awaitsContact: () => options.hasContacts === true && !company.hasMet(),
    addresses: network.addresses,
    ended: () => sealing.phase() === 'sealed',
    announce: () => announcer.soon(),
    tell: waiting => emit('waiting', waiting),
  })
  const announcer = createAnnouncer(clock, partnerRandom, announce)
  const learning = createLearning(
    {
      replica,
      trainer,
      clock,
      random: partnerRandom,
      least,
      interval,
      trained(steps, milliseconds) {
        choice?.trained(steps, milliseconds)
        averaging.lateness.trained(milliseconds)
      },
      check: divergence.check,
      evaluateEvery: options.evaluateEvery,
      exchange: averaging.once,
      catchUp: lateJoining.catchUp,
      averages,
      trains: training.trains,
      mayAdd: () => sealing.phase() === 'training' && !runTime.over(),
      othersTrainOn: training.othersTrainOn,
      intervalEnded: training.intervalEnded,
      hearOthers: training.hearOthers,
      tell: ({ loss, evaluation, samplesPerSecond }) =>
        emit('round', {
          step: replica.step,
          age: replica.age,
          loss,
          accuracy: evaluation.accuracy,
          samplesPerSecond,
          localSteps: interval.steps(),
          consensusDistance: sealing.estimate(),
          peers: membership.alive().length,
          ...network.traffic(),
        }),
    },
    trainerState,
  )

  let failure: Error | undefined
  /** Exchanges that this peer began and that were applied on both sides. */
  let begun = 0
  let trained: Float32Array | undefined
  let work: Promise<void> = Promise.resolve()
  /** Peers of another recipe that were told of: once each is enough. */
  const strangers = new Set<PeerId>()
  /** Clock time at which those with whom something is open were last in touch, where no announcement of theirs was heard. */
  const contacts = new Map<PeerId, number>()
  function fail(error: unknown): void {
    if (stopping.signal.aborted || failure !== undefined) return
    failure = error instanceof Error ? error : new Error(String(error))
    emit('failed', { error: failure })
  }

  async function orFail(kept: Promise<void>): Promise<void> {
    try {
      await kept
    } catch (error) {
      fail(error)
      throw error
    }
  }

  function takeCheckpoint(): Checkpoint {
    return {
      swarm,
      generation: checkpoint?.generation,
      peer: self,
      sequence,
      step: replica.step,
      age: replica.age,
      sealed: sealed(),
      sealedAs: sealing.sealedAs(),
      contribution: contribution.state(),
      random: partnerRandom.state(),
      parameters: replica.parameters.slice(),
      decisions: replica.ledger.decisions(),
      // Their memory is used for others once they are settled.
      doubts: replica.ledger.doubts().map(doubt => ({ ...doubt, values: doubt.values.slice() })),
      trainer: withTensors(learning.trainerState(), outer?.state()),
    }
  }

  /** Since when exchanges that are under way have kept this peer from freezing. */
  let busySince: number | undefined

  function unsettled(): boolean {
    if (exchange.active() === 0) busySince = undefined
    else busySince ??= clock.now()
    // What is cut is a shorter exchange; the seal does not wait for who is slow.
    if (busySince !== undefined && clock.now() - busySince > FREEZE_PATIENCE_MS) exchange.abandonAll()
    return exchange.active() > 0 || settling.waits()
  }

  function sealed(): string | undefined {
    return sealing.phase() === 'sealed' ? sealing.choice() : undefined
  }

  // --- what others hear of this peer, and this peer of others ---

  function announce(): void {
    for (const peer of membership.sweep()) emit('peer:leave', { peer })
    for (const { partner } of [...replica.ledger.decisions(), ...replica.ledger.doubts()]) {
      const silent = clock.now() - (contacts.get(partner) ?? startedAt) > MEMBER_FORGOTTEN_MS
      if (silent && membership.isGone(partner) && !exchange.engaged(partner)) {
        replica.ledger.drop(partner)
      }
    }
    for (const peer of contacts.keys()) {
      if (!replica.ledger.open(peer) && !exchange.engaged(peer)) contacts.delete(peer)
    }
    publish(sealing.phase())
    company.look()
    consider()
  }

  function publish(phase: Phase): void {
    const announcement = encodeAnnouncement({
      sequence: ++sequence,
      phase,
      step: replica.step,
      age: replica.age,
      ownSteps: contribution.ownSteps(),
      hasData,
      ready: beginning.ready(),
      done: training.done(),
      partners: contribution.partners(),
      interval: averaging.lateness.interval(),
      pace: interval.pace(),
      run: runTime.told(),
      sketch: sealing.sketch(),
      choice: sealing.choice(),
      refuses: sealing.refuses(),
      addresses: network.addresses().slice(0, MAX_ADDRESSES),
    })
    network.publish(announcement).catch(() => {
      // Best effort by contract: the next announcement says the same and more.
    })
  }

  /** Who only listens has not begun, and takes no seal: it may not know yet what its parameters are to be used with. */
  function consider(): void {
    if (!options.averages || !started) return
    beginning.heard()
    sealing.consider(stop).then(company.look, ignoreStop)
  }

  function ignoreStop(error: unknown): void {
    if (!stopping.signal.aborted) fail(error)
  }

  // --- streams ---

  function blame(peer: PeerId, error: Error): void {
    emit('warning', {
      message: `${peer} sent what no peer of this swarm sends, and is not listened to: ${printable(error.message)}`,
    })
    if (!standing.offend(peer)) return
    network.ban(peer)
    if (membership.isAlive(peer)) emit('peer:leave', { peer })
    membership.expel(peer)
  }

  async function answer(channel: Channel, stream: FrameStream): Promise<void> {
    if (!standing.admits(stream.peer)) throw new RefusedError('too many streams')
    // Who exchanges before it was heard of has not left.
    if (channel === 'exchange') contacts.set(stream.peer, clock.now())
    if (channel === 'recipe') await conversations.over(stream, channel, end, meetRecipe)
    else if (channel === 'settle') await conversations.over(stream, channel, end, one => settle.answer(one, end))
    else if (channel === 'fetch') await conversations.over(stream, channel, end, one => onDemand.serve(one, end))
    else await conversations.over(stream, channel, end, one => exchange.respond(one, end))
    if (channel !== 'fetch') changed()
  }

  async function meetRecipe(stream: FrameStream): Promise<void> {
    const mismatch = await compareRecipes(
      stream,
      { recipe: options.recipe, seal: checkpoint?.generation?.seals.at(-1) },
      clock,
      end,
    )
    if (mismatch === undefined || strangers.has(stream.peer)) return
    if (strangers.size < MAX_MEMBERS) strangers.add(stream.peer)
    emit('warning', { message: `${stream.peer} ${printable(mismatch)}` })
  }

  function findVector(hash: string | undefined): FetchedVector | undefined {
    const vector = hash === undefined ? replica.parameters : sealing.find(hash)
    return vector && { vector, age: replica.age }
  }

  // --- averaging ---

  function averages(): boolean {
    const open = options.averages && !stopping.signal.aborted && sealing.averages() && !lateJoining.pending()
    if (open) busySince = undefined
    return open
  }

  /** Training may do without what compression loses; that everybody agrees in the end may not. */
  function chosenCodec(): string {
    if (least > 0 && sealing.phase() !== 'training') return NO_COMPRESSION
    if (choice === undefined) return compression
    const { codec, reason } = choice.now()
    if (codec.name !== announced) emit('compression', { codec: codec.name, reason })
    announced = codec.name
    return codec.name
  }

  function changed(): void {
    if (sealing.phase() !== 'training') announcer.soon()
    consider()
  }

  async function run(): Promise<void> {
    if (sealing.phase() !== 'waiting') runTime.begin([])
    else if (options.averages) await beginning.wait(begin, stop)
    else begin()
    while (!stopping.signal.aborted) {
      if (training.trains()) {
        sealing.train()
        announcer.soon()
        await learning.train(stop)
        if (stopping.signal.aborted) return
      }
      const isFirst = trained === undefined && sealing.phase() !== 'sealed'
      if (isFirst || sealing.phase() === 'training') await endTraining()
      changed()
      if (!options.averages) return
      await learning.average(stop)
    }
  }

  function begin(): void {
    runTime.begin(membership.alive())
    if (least > 0) sealing.train()
    else sealing.trained()
  }

  async function endTraining(): Promise<void> {
    // Before anything takes time: who resumes after its last step must not seem to train again.
    sealing.trained()
    trained = replica.parameters.slice()
    await learning.capture()
    await replica.persist()
    emit('trained', { step: replica.step, age: replica.age })
  }

  function sealedOutcome(): Pick<PeerOutcome, 'inModel' | 'leftOut' | 'members'> {
    const as = sealing.sealedAs()
    if (as === undefined) return { inModel: false, leftOut: contribution.ownSteps(), members: 0 }
    const members = Math.max(as.members, company.sealers() + 1)
    const hasPart = least === 0 || contribution.ownSteps() > 0
    return { inModel: members >= 2 && as.leftOut === 0 && hasPart, leftOut: as.leftOut, members }
  }

  let started = false
  let startedAt = clock.now()
  let listening: Promise<void> | undefined

  function listen(): Promise<void> {
    listening ??= network.start({
      stream: answer,
      announcement(from, bytes) {
        if (from === self) return 'accept'
        // Others may still forward what a banned peer says.
        if (standing.banned(from)) return 'ignore'
        const announcement = decodeAnnouncement(bytes)
        if (announcement === undefined) return 'reject'
        const known = membership.get(from)
        const tooSoon = known !== undefined && clock.now() - known.heard < MIN_ANNOUNCE_GAP_MS
        if (tooSoon && announcement.phase !== 'left') return 'ignore'
        const { news, joined } = membership.hear(from, announcement)
        if (!news) return 'ignore'
        network.learn(from, announcement.addresses)
        if (joined) {
          company.met()
          emit('peer:join', { peer: from })
        }
        training.heard(from, announcement)
        company.look()
        if (known !== undefined && announcement.phase === 'left') emit('peer:leave', { peer: from })
        consider()
        return 'accept'
      },
      connected(peer) {
        // One of the two asks, which is enough for both to know.
        if (self < peer) conversations.talk(peer, 'recipe', end, meetRecipe).catch(() => {})
        announcer.soon()
      },
      disconnected() {},
    })
    return listening
  }

  return {
    listen,
    async start() {
      await listen()
      stopping.signal.throwIfAborted()
      started = true
      startedAt = clock.now()
      company.start()
      announcer.start()
      settling.start(stop)
      const parametersHash = sealed()
      const as = sealing.sealedAs()
      if (parametersHash !== undefined && as !== undefined) {
        const { members } = as
        emit('consensus', { consensusDistance: 0, parametersHash, members, exchanges: contribution.exchanges() })
      }
      company.look()
      work = run().catch(ignoreStop)
      // What was heard before.
      consider()
    },

    parameters: () => replica.parameters.slice(),
    trained: () => trained,
    status: () => ({
      phase: sealing.phase(),
      step: replica.step,
      age: replica.age,
      localSteps: interval.steps(),
      peers: membership.alive().map(({ peer }) => peer),
      consensusDistance: sealing.estimate(),
      ownSteps: contribution.ownSteps(),
      exchanges: contribution.exchanges(),
      exchangesAsked: contribution.exchangesAsked(),
      exchangesBegun: begun,
      partners: contribution.partners(),
      ...sealedOutcome(),
      vanished: membership.vanished().length,
      streams: conversations.carried(),
      fetchedBytes: onDemand.fetchedBytes(),
      ...network.traffic(),
    }),
    step: () => replica.step,
    sealed,
    open: () => ({ decisions: replica.ledger.decisions(), doubts: replica.ledger.doubts() }),

    dismissed: company.dismissed,

    async stop() {
      stopping.abort(new StoppedError())
      announcer.stop()
      settling.stop()
      let working = true
      const cancelGrace = clock.after(STOP_GRACE_MS, () => {
        ended.abort(new StoppedError())
        // Long local training is not waited for: the last state that was taken stands.
        if (working) void trainer.stop()
      })
      await work
      working = false
      while (exchange.active() > 0) await clock.sleep(STOP_POLL_MS, forever)
      await settling.all(end)
      cancelGrace()
      ended.abort(new StoppedError())
      // A trainer that has died gives no state: the last one that was taken stands.
      await learning.capture().catch(() => {})
      publish('left')
      try {
        await replica.persist()
      } finally {
        await network.stop()
      }
    },
  }
}

/** Text of another peer's making, fit for a terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '\ufffd').slice(0, MAX_SHOWN_CHARACTERS)
}
