import type { Events } from './events.ts'
import type { Settlement } from './exchange/settlement.ts'
import type { Lifetime } from './lifetime.ts'
import type { Announcer } from './membership/announcer.ts'
import type { Membership } from './membership/membership.ts'
import type { Outbound } from './outbound.ts'
import type { PeerPhase } from './phase.ts'
import type { Clock, Network, NetworkHandlers, Trainer } from './ports.ts'
import type { AwaitingVector } from './run/awaiting-vector.ts'
import type { Beginning } from './run/beginning.ts'
import { STOP_GRACE_MS, STOP_POLL_MS } from './run/constants.ts'
import type { Learning } from './run/learning.ts'
import type { Review } from './run/review.ts'
import type { RunTime } from './run/run-time.ts'
import type { TrainerCapture } from './run/trainer-capture.ts'
import type { TrainingCourse } from './run/training-course.ts'
import type { Choice } from './seal/choice.ts'
import type { Engagements } from './state/engagements.ts'
import type { Replica } from './state/replica.ts'

/** A peer from its start to its end: it waits, trains and averages by turns, and stops in order. */
export interface Lifecycle {
  /** Opens the network, so that others can connect, and nothing else yet. {@link start} does it if that was not done. */
  listen(): Promise<void>
  start(): Promise<void>
  /** The parameters when training ended, before the swarm agreed; undefined before that. */
  trained(): Float32Array | undefined
  /** Settles or drops what is under way, writes a checkpoint, says goodbye. The peer cannot be started again. */
  stop(): Promise<void>
}

export interface LifecycleOptions {
  /** Local steps that this peer is to train. */
  readonly steps: number
  /** Whether it averages with others at all. */
  readonly averages: boolean
  readonly network: Network
  readonly inbound: NetworkHandlers
  readonly outbound: Outbound
  readonly announcer: Announcer
  readonly clock: Clock
  readonly lifetime: Lifetime
  readonly trainer: Trainer
  readonly replica: Replica
  readonly phase: PeerPhase
  readonly membership: Membership
  readonly engagements: Engagements
  readonly settlement: Settlement
  readonly choice: Choice
  readonly runTime: RunTime
  readonly training: TrainingCourse
  readonly awaitingVector: AwaitingVector
  readonly beginning: Beginning
  readonly learning: Learning
  readonly capture: TrainerCapture
  readonly review: Review
  readonly events: Events
}

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { steps, averages, network, outbound, announcer, clock, lifetime, trainer, replica, phase } = options
  const { engagements, settlement, choice, runTime, training, learning, capture, review, events, awaitingVector } =
    options
  const { stop, end } = lifetime
  const never = { signal: new AbortController().signal }
  let listening: Promise<void> | undefined
  let trained: Float32Array | undefined
  let work: Promise<void> = Promise.resolve()

  function listen(): Promise<void> {
    listening ??= network.start(options.inbound)
    return listening
  }

  function begin(): void {
    runTime.begin(options.membership.alive())
    if (steps > 0) phase.train()
    else phase.trained()
  }

  async function endTraining(): Promise<void> {
    // Before anything takes time: a peer that resumes after its last step must not seem to train again.
    phase.trained()
    events.emit('changed', {})
    trained = replica.parameters.slice()
    await capture.take()
    await replica.persist()
    events.emit('trained', { step: replica.step, age: replica.age })
  }

  async function run(): Promise<void> {
    if (phase.now() !== 'waiting') runTime.begin([])
    else if (averages) await options.beginning.wait(begin, stop)
    else begin()
    while (!stop.signal.aborted) {
      if (training.trains()) {
        phase.train()
        events.emit('changed', {})
        await learning.train(stop)
        if (stop.signal.aborted) return
      }
      const isFirst = trained === undefined && phase.now() !== 'sealed'
      if (isFirst || phase.now() === 'training') await endTraining()
      events.emit('contact', {})
      if (!averages) return
      await learning.average(stop)
    }
  }

  /** A peer that was sealed when it was last alive still is, and says so. */
  function tellSeal(): void {
    const parametersHash = choice.sealed()
    const as = choice.sealedAs()
    if (parametersHash === undefined || as === undefined) return
    const exchanges = replica.contribution.exchanges()
    events.emit('consensus', { consensusDistance: 0, parametersHash, members: as.members, exchanges })
  }

  /** @throws the reason of the peer's stop, where it has been stopped */
  function takePart(): Promise<void> {
    lifetime.begin()
    announcer.start()
    settlement.start(stop)
    tellSeal()
    const running = run().catch(lifetime.fail)
    // Announcements may have been heard before the start.
    review.now()
    return running
  }

  return {
    listen,
    trained: () => trained,

    async start() {
      await listen()
      // Until it has what its swarm begins from, a peer only listens.
      work = awaitingVector.isDue() ? awaitingVector.wait(stop).then(takePart).catch(lifetime.fail) : takePart()
    },

    async stop() {
      lifetime.beginStop()
      announcer.stop()
      settlement.stop()
      let isWorking = true
      const cancelGrace = clock.after(STOP_GRACE_MS, () => {
        lifetime.finish()
        // Long local training is not waited for: the last state that was taken stands.
        if (isWorking) void trainer.stop()
      })
      await work
      isWorking = false
      while (engagements.active() > 0) await clock.sleep(STOP_POLL_MS, never)
      await settlement.all(end)
      cancelGrace()
      lifetime.finish()
      // A trainer that has died gives no state: the last one that was taken stands.
      await capture.take().catch(() => {})
      try {
        // A peer that never took part has nobody to leave, and nothing to keep.
        if (awaitingVector.isEmpty()) return
        outbound.leave()
        await replica.persist()
      } finally {
        await network.stop()
      }
    },
  }
}
