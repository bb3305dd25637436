/**
 * Training, and the averaging between its intervals. The trainer works on a copy and gives back a difference, so whatever is added
 * meanwhile is not undone; but an interval begins only when the averaging after the last one has ended, so that gradients are
 * those of the parameters to which they are applied.
 *
 * @packageDocumentation
 */

import type { MeetingResult } from '../exchange/meeting.ts'
import type { Interval } from '../pace/interval.ts'
import type { AbortOptions, Clock, Evaluation, Random, Trainer, TrainerState, TrainingUpdate } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import { AVERAGING_PAUSE_MS, CHECKPOINT_INTERVAL_MS, CHECKPOINT_SHARE, PROGRESS_LABELS } from './constants.ts'

export interface LearningOptions {
  readonly replica: Replica
  readonly trainer: Trainer
  readonly clock: Clock
  readonly random: Random
  /** Own steps that this peer trains at least. */
  readonly least: number
  readonly interval: Interval
  /** Hears how long so many steps took. */
  readonly trained: (steps: number, milliseconds: number) => void
  /** Checks what a trainer gave back, before it is added. Throws where training has diverged. */
  readonly check: (trained: { readonly update: Float32Array; readonly loss: number }, steps: number) => void
  /** Local steps between two evaluations; never where nothing is to be evaluated. */
  readonly evaluateEvery: number
  /** Averages, if there is somebody to average with. */
  readonly exchange: (options: AbortOptions) => Promise<MeetingResult>
  /** Brings a newcomer up to the swarm, where it is far behind. */
  readonly catchUp: (options: AbortOptions) => Promise<void>
  /** Whether this peer takes part in exchanges at all now. */
  readonly averages: () => boolean
  /** Whether this peer is to train now: it has not done its steps, or others have not. */
  readonly trains: () => boolean
  /** Whether what was trained may still be added: the parameters are this peer's own, have not been chosen for a seal, and others still wait. */
  readonly mayAdd: () => boolean
  /** Whether others that have done their steps train on for those that have not. */
  readonly othersTrainOn: () => boolean
  /** Hears that an interval has ended, before the averaging that follows. */
  readonly intervalEnded: () => void
  /** Waits, for a moment, for whether others are behind: those that began together end together. */
  readonly hearOthers: (options: AbortOptions) => Promise<void>
  readonly tell: (training: { loss: number; evaluation: Evaluation; samplesPerSecond: number }) => void
}

export interface Learning {
  /** Trains for as long as this peer is to. */
  train(options: AbortOptions): Promise<void>
  /** Averages until this peer is to train. */
  average(options: AbortOptions): Promise<void>
  /** The trainer's state as of the last time it was taken. */
  trainerState(): TrainerState
  /** Takes the trainer's state now. No training may be under way. */
  capture(): Promise<void>
}

export function createLearning(options: LearningOptions, initial: TrainerState): Learning {
  const { replica, trainer, clock, random, least, interval, evaluateEvery } = options
  const { contribution } = replica
  let state = initial
  let captured = clock.now()
  let evaluated = contribution.ownSteps()

  async function capture(): Promise<void> {
    state = await trainer.state()
    captured = clock.now()
  }

  /** Steps of this interval, of which so many were made: the whole of it beside others that train on, or theirs would outweigh it. */
  function stepsOfInterval(made: number): number {
    const missing = least - contribution.ownSteps() + made
    return missing > 0 && !options.othersTrainOn() ? Math.min(interval.steps(), missing) : interval.steps()
  }

  /** Trains an interval. Its first steps in a life tell how quick this peer is: one that is slow beside the others makes no more. */
  async function trainInterval(): Promise<Omit<TrainingUpdate, 'update'> | undefined> {
    const began = clock.now()
    let made = 0
    let [loss, samples, seconds] = [0, 0, 0]
    for (let steps = stepsOfInterval(0); made < steps; steps = stepsOfInterval(made)) {
      const count = interval.pace() === undefined ? 1 : steps - made
      const trained = await trainSteps(count)
      if (trained === undefined) return undefined
      made += count
      loss += count * trained.loss
      samples += trained.samples
      seconds += trained.seconds
    }
    options.trained(made, clock.now() - began)
    return { loss: loss / made, samples, seconds }
  }

  /** Trains so many steps. Gives undefined where what was trained is of no use any more. */
  async function trainSteps(count: number): Promise<TrainingUpdate | undefined> {
    const began = clock.now()
    const trained = await trainer.train(replica.parameters, count, replica.step)
    interval.trained(count, clock.now() - began)
    if (!options.mayAdd()) return undefined
    options.check(trained, count)
    replica.add(trained.update)
    replica.step += count
    replica.absorb(replica.age + count)
    contribution.trained(count)
    return trained
  }

  return {
    trainerState: () => state,
    capture,

    async train({ signal }) {
      let losses = 0
      let samples = 0
      let seconds = 0
      let intervals = 0
      /** The checkpoint that is being written, and how long the last one took. */
      let saving: Promise<void> | undefined
      let took = 0
      while (!signal.aborted && options.trains()) {
        const trained = await trainInterval()
        // The swarm may have sealed without this peer meanwhile.
        if (trained === undefined) break
        losses += trained.loss
        samples += trained.samples
        seconds += trained.seconds
        intervals++
        options.intervalEnded()

        if (options.averages()) {
          const came = clock.now()
          const { made } = await options.exchange({ signal }).catch(error => {
            if (signal.aborted) return { made: 0 }
            throw error
          })
          if (made > 0) interval.exchanged(clock.now() - came)
        }
        const own = contribution.ownSteps()
        if (own >= least) await options.hearOthers({ signal })
        if (own - evaluated >= evaluateEvery || (own >= least && evaluated < least && evaluateEvery <= least)) {
          evaluated = own
          const evaluation = await trainer.evaluate(replica.parameters, PROGRESS_LABELS)
          options.tell({ loss: losses / intervals, evaluation, samplesPerSecond: samples / seconds })
          losses = samples = seconds = intervals = 0
        }
        if (
          saving === undefined &&
          clock.now() - captured >= Math.max(CHECKPOINT_INTERVAL_MS, took / CHECKPOINT_SHARE)
        ) {
          await capture()
          // Training goes on meanwhile.
          saving = replica
            .persist()
            .catch(() => {})
            .finally(() => {
              took = clock.now() - captured
              saving = undefined
            })
        }
      }
    },

    async average({ signal }) {
      while (!signal.aborted && !options.trains()) {
        // Who has nothing to train may still be a newcomer.
        await options.catchUp({ signal })
        if (options.averages()) await options.exchange({ signal })
        await clock.sleep(AVERAGING_PAUSE_MS * (0.5 + random.uniform()), { signal })
      }
    },
  }
}
