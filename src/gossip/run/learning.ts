/**
 * Training, and the averaging between its intervals. The trainer works on a copy and gives back a difference, so whatever is added
 * meanwhile is not undone; but an interval begins only when the averaging after the last one has ended, so that gradients are
 * those of the parameters to which they are applied.
 *
 * @packageDocumentation
 */

import { norm } from '../../parameters/vectors.ts'
import type { Clipping } from '../exchange/clipping.ts'
import { AVERAGING_PAUSE_MS } from '../exchange/constants.ts'
import type { Participation } from '../exchange/participation.ts'
import type { Scheduler } from '../exchange/scheduler.ts'
import type { Interval } from '../pace/interval.ts'
import type { Observer } from '../pace/observations.ts'
import type { PeerPhase } from '../phase.ts'
import type { AbortOptions, Clock, Random, Trainer, TrainingUpdate } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import type { LateJoining } from '../sync/late-joining.ts'
import { CHECKPOINT_INTERVAL_MS, CHECKPOINT_SHARE, PROGRESS_LABELS } from './constants.ts'
import type { DivergenceCheck } from './divergence.ts'
import type { RoundReport } from './round-report.ts'
import type { RunTime } from './run-time.ts'
import type { TrainerCapture } from './trainer-capture.ts'
import type { TrainingCourse } from './training-course.ts'

export interface LearningOptions {
  readonly replica: Replica
  readonly trainer: Trainer
  readonly clock: Clock
  readonly incarnation: { readonly random: Random }
  /** Own steps that this peer trains at least. */
  readonly steps: number
  readonly interval: Interval
  readonly observations: Required<Observer>
  readonly clipping?: Pick<Clipping, 'trained'>
  readonly divergence: DivergenceCheck
  /** Local steps between two evaluations; never where nothing is to be evaluated. */
  readonly evaluateEvery: number
  readonly scheduler: Pick<Scheduler, 'once'>
  readonly lateJoining: Pick<LateJoining, 'catchUp'>
  readonly participation: Pick<Participation, 'isOpen'>
  readonly training: TrainingCourse
  readonly runTime: RunTime
  readonly phase: PeerPhase
  readonly capture: TrainerCapture
  readonly report: RoundReport
}

export interface Learning {
  /** Trains for as long as this peer is to. */
  train(options: AbortOptions): Promise<void>
  /** Averages until this peer is to train. */
  average(options: AbortOptions): Promise<void>
}

export function createLearning(options: LearningOptions): Learning {
  const {
    replica,
    trainer,
    clock,
    steps: least,
    interval,
    evaluateEvery,
    training,
    capture,
    observations,
    clipping,
  } = options
  const { contribution } = replica
  const { random } = options.incarnation
  let evaluated = contribution.ownSteps()

  /** Steps of this interval, of which so many were made: the whole of it beside others that train on, or theirs would outweigh it. */
  function stepsOfInterval(made: number): number {
    const missing = least - contribution.ownSteps() + made
    return missing > 0 && !training.othersTrainOn() ? Math.min(interval.steps(), missing) : interval.steps()
  }

  /** Trains an interval. Its first steps in a life tell how quick this peer is: one that is slow beside the others makes no more. */
  async function trainInterval(): Promise<Omit<TrainingUpdate, 'update'> | undefined> {
    const began = clock.now()
    let made = 0
    let [loss, samples, seconds, moved] = [0, 0, 0, 0]
    for (let steps = stepsOfInterval(0); made < steps; steps = stepsOfInterval(made)) {
      const count = interval.pace() === undefined ? 1 : steps - made
      const trained = await trainSteps(count)
      if (trained === undefined) return undefined
      made += count
      loss += count * trained.loss
      samples += trained.samples
      seconds += trained.seconds
      // A pass over all parameters, for those that go by it.
      if (clipping !== undefined) moved += norm(trained.update)
    }
    observations.intervalEnded(made, clock.now() - began)
    clipping?.trained(moved)
    return { loss: loss / made, samples, seconds }
  }

  /** Trains so many steps. Gives undefined where what was trained is of no use any more. */
  async function trainSteps(count: number): Promise<TrainingUpdate | undefined> {
    const began = clock.now()
    const trained = await trainer.train(replica.parameters, count, replica.step)
    observations.trained(count, clock.now() - began)
    if (!mayAdd()) return undefined
    options.divergence.check(trained, count)
    replica.add(trained.update)
    replica.step += count
    replica.absorb(replica.age + count)
    contribution.trained(count)
    return trained
  }

  /** Whether what was trained may still be added: the parameters are not chosen for a seal, and others still wait. */
  const mayAdd = () => options.phase.now() === 'training' && !options.runTime.over()

  return {
    async train({ signal }) {
      let losses = 0
      let samples = 0
      let seconds = 0
      let intervals = 0
      /** The checkpoint that is being written, and how long the last one took. */
      let saving: Promise<void> | undefined
      let took = 0
      while (!signal.aborted && training.trains()) {
        const trained = await trainInterval()
        // The swarm may have sealed without this peer meanwhile.
        if (trained === undefined) break
        losses += trained.loss
        samples += trained.samples
        seconds += trained.seconds
        intervals++
        training.intervalEnded()

        if (options.participation.isOpen()) {
          const came = clock.now()
          const { made } = await options.scheduler.once({ signal }).catch(error => {
            if (signal.aborted) return { made: 0 }
            throw error
          })
          if (made > 0) observations.averaged(clock.now() - came)
        }
        const own = contribution.ownSteps()
        if (own >= least) await training.hearOthers({ signal })
        if (own - evaluated >= evaluateEvery || (own >= least && evaluated < least && evaluateEvery <= least)) {
          evaluated = own
          const evaluation = await trainer.evaluate(replica.parameters, PROGRESS_LABELS)
          options.report({ loss: losses / intervals, evaluation, samplesPerSecond: samples / seconds })
          losses = samples = seconds = intervals = 0
        }
        if (
          saving === undefined &&
          clock.now() - capture.takenAt() >= Math.max(CHECKPOINT_INTERVAL_MS, took / CHECKPOINT_SHARE)
        ) {
          await capture.take()
          // Training goes on meanwhile.
          saving = replica
            .persist()
            .catch(() => {})
            .finally(() => {
              took = clock.now() - capture.takenAt()
              saving = undefined
            })
        }
      }
    },

    async average({ signal }) {
      while (!signal.aborted && !training.trains()) {
        // A peer with nothing to train may still be a newcomer.
        await options.lateJoining.catchUp({ signal })
        if (options.participation.isOpen()) await options.scheduler.once({ signal })
        await clock.sleep(AVERAGING_PAUSE_MS * (0.5 + random.uniform()), { signal })
      }
    },
  }
}
