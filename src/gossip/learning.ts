/**
 * Training, and the exchanges that go on beside it. The trainer works on a copy and gives back a difference, so nobody
 * waits: an exchange that ends in the middle of a step is simply added as well.
 *
 * @packageDocumentation
 */

import { AVERAGING_PAUSE_MS, CHECKPOINT_INTERVAL_MS, CHECKPOINT_SHARE, PROGRESS_LABELS } from './constants.ts'
import type { Interval } from './interval.ts'
import type { AbortOptions, Clock, Evaluation, Random, Trainer, TrainerState } from './ports.ts'
import type { Replica } from './replica.ts'

export interface LearningOptions {
  readonly replica: Replica
  readonly trainer: Trainer
  readonly clock: Clock
  readonly random: Random
  readonly steps: number
  readonly interval: Interval
  /** Hears how long so many steps took. */
  readonly trained: (steps: number, milliseconds: number) => void
  /** Local steps between two evaluations; never where nothing is to be evaluated. */
  readonly evaluateEvery: number
  /** Exchanges, if there is somebody to average with. Says whether it came about. */
  readonly exchange: (options: AbortOptions) => Promise<boolean>
  /** Whether an exchange may be begun now, beside those that are under way. */
  readonly free: () => boolean
  /** Whether training waits for it, because everybody averages in step. */
  readonly inStep: boolean
  /** Brings a newcomer up to the swarm, where it is far behind. */
  readonly catchUp: (options: AbortOptions) => Promise<void>
  /** Whether this peer takes part in exchanges at all now. */
  readonly averages: () => boolean
  /** Whether the swarm has sealed. */
  readonly ended: () => boolean
  readonly tell: (training: { loss: number; evaluation: Evaluation; samplesPerSecond: number }) => void
}

export interface Learning {
  /** Trains until the recipe's steps are done. */
  train(options: AbortOptions): Promise<void>
  /** Averages for as long as the peer lives and is not sealing. */
  average(options: AbortOptions): Promise<void>
  /** The trainer's state as of the last time it was taken. */
  trainerState(): TrainerState
  /** Takes the trainer's state now. No training may be under way. */
  capture(): Promise<void>
}

export function createLearning(options: LearningOptions, initial: TrainerState): Learning {
  const { replica, trainer, clock, random, steps, interval, evaluateEvery } = options
  let state = initial
  let captured = clock.now()

  async function capture(): Promise<void> {
    state = await trainer.state()
    captured = clock.now()
  }

  async function exchange(abort: AbortOptions): Promise<void> {
    const began = clock.now()
    if (await options.exchange(abort)) interval.exchanged(clock.now() - began)
  }

  return {
    trainerState: () => state,
    capture,

    async train({ signal }) {
      const exchanging = new Set<Promise<void>>()
      let losses = 0
      let samples = 0
      let seconds = 0
      let rounds = 0
      let evaluated = replica.step
      /** The checkpoint that is being written, and how long the last one took. */
      let saving: Promise<void> | undefined
      let took = 0
      while (replica.step < steps && !signal.aborted) {
        await options.catchUp({ signal })
        const count = Math.min(interval.steps(), steps - replica.step)
        if (count <= 0 || signal.aborted || options.ended()) break
        const began = clock.now()
        const trained = await trainer.train(replica.parameters, count, replica.step)
        interval.trained(count, clock.now() - began)
        options.trained(count, clock.now() - began)
        // The swarm may have sealed without this peer meanwhile: then its parameters are not its own any more.
        if (options.ended()) break
        replica.add(trained.update)
        replica.step += count
        replica.absorb(replica.age + count)
        losses += trained.loss
        samples += trained.samples
        seconds += trained.seconds
        rounds++

        // A few at a time: on a slow network training goes on, and there are fewer exchanges; one slow partner holds up nothing.
        if (options.averages() && options.free()) {
          const begun = exchange({ signal }).finally(() => exchanging.delete(begun))
          exchanging.add(begun)
          if (options.inStep) await begun
        }
        if (replica.step - evaluated >= evaluateEvery || (replica.step >= steps && evaluateEvery <= steps)) {
          evaluated = replica.step
          const evaluation = await trainer.evaluate(replica.parameters, PROGRESS_LABELS)
          options.tell({ loss: losses / rounds, evaluation, samplesPerSecond: samples / seconds })
          losses = samples = seconds = rounds = 0
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
      await Promise.all(exchanging)
    },

    async average({ signal }) {
      while (!signal.aborted) {
        // Who has nothing to train, or was done before it met anybody, may still be a newcomer.
        await options.catchUp({ signal })
        if (options.averages()) await options.exchange({ signal })
        await clock.sleep(AVERAGING_PAUSE_MS * (0.5 + random.uniform()), { signal })
      }
    },
  }
}
