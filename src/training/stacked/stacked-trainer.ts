import type { TestCounts } from '../../worth/counts.ts'
import { diverged } from '../diverged.ts'
import { evenlySpread } from '../layers-model/evaluation-batch.ts'
import type { OptimizerSpec } from '../optimizers/optimizer-spec.ts'
import { createSampleOrder, type SampleOrder } from '../sample-order.ts'
import type { Evaluation } from '../trainer.ts'
import { stackedModule } from './module.ts'
import type { PlacedSamples } from './placed-samples.ts'
import { type StackedModel, samplesAtOnce } from './stacked-model.ts'
import { createStackedObjective, type StackedObjectiveOptions } from './stacked-objective.ts'
import { createStep } from './step.ts'
import { ALONE } from './team.ts'

/** One peer's part of the data. */
export interface StackedPeer {
  readonly shard: PlacedSamples
  /** Seed of the order in which samples are drawn. */
  readonly shardSeed: number | string
}

export interface StackedTrainerOptions extends StackedObjectiveOptions {
  /** The memory that holds everything; other threads may have it too. */
  readonly memory: WebAssembly.Memory
  /** Address of so many bytes of it, zeros, a multiple of 16, that nobody else writes. */
  readonly allocate: (bytes: number) => number
  readonly model: StackedModel
  readonly optimizer: OptimizerSpec
  /** Samples per step. */
  readonly batch: number
  /** Those that this trainer trains, by any number. */
  readonly peers: ReadonlyMap<number, StackedPeer>
  /** Samples to evaluate on. */
  readonly test: PlacedSamples
}

/** Trains many peers, each on its own shard and with its own parameters, one at a time. Vectors are given by their addresses. */
export interface StackedTrainer {
  /**
   * Runs `steps` local steps.
   *
   * @param parameters where the peer stands; not changed
   * @param update where to write what training adds to that
   * @param before steps of the run that came before these: where they stand in the schedule of learning rates
   * @returns mean training loss over these steps
   * @throws TrainingDivergedError when the loss or a parameter is no longer a finite number
   */
  train(peer: number, parameters: number, update: number, steps: number, before: number): number
  /**
   * Loss and accuracy, or of a regression errors, on the test set.
   *
   * @param most samples to judge by, at most: of a larger test set a part is taken, evenly spread
   */
  evaluate(parameters: number, most?: number): Evaluation
  /** What parameters make of all test samples, in whole numbers. */
  judge(parameters: number): TestCounts
}

/**
 * A trainer that computes in the thread it is made in, in WebAssembly, on what lies in one memory. Peers are trained as
 * `createTensorflowTrainer` trains them, to float32 rounding: the same samples in the same order, the same objective, the same
 * updates. What is calculated depends on the peer alone, so peers may be shared out among threads at will.
 */
export function createStackedTrainer(options: StackedTrainerOptions): StackedTrainer {
  const { memory, allocate, model, optimizer: spec, batch, test } = options
  const { layout } = model
  const module = stackedModule(memory)
  const most = Math.max(batch, samplesAtOnce(model))
  const host = { memory, module, allocate, allocateOwn: allocate, team: ALONE }
  const step = createStep(host, { model, optimizer: spec, most })
  const { batch: samples } = step
  const objective = createStackedObjective(host, model, step.logits, samples, most, options)
  const bytes = layout.length * Float32Array.BYTES_PER_ELEMENT
  const gradient = allocate(bytes)
  const peers = new Map([...options.peers].map(([number, peer]) => [number, startPeer(peer)]))

  function startPeer({ shard, shardSeed }: StackedPeer): PeerState {
    return {
      shard,
      order: createSampleOrder(shard.samples, batch, shardSeed),
      moments: allocate(step.moments.length * bytes),
      steps: 0,
    }
  }

  /** Gives answers to test samples, batch after batch. @param mostSamples to be judged by */
  function answerTests(parameters: number, add: () => void, mostSamples = test.samples): void {
    const chosen = evenlySpread(test.samples, mostSamples)
    for (let first = 0; first < chosen.length; first += most) {
      const part = chosen.subarray(first, first + most)
      samples.find(test, part)
      step.forward(parameters)
      add()
    }
  }

  return {
    train(number, parameters, update, steps, before) {
      const peer = peers.get(number)
      if (peer === undefined) throw new RangeError(`peer ${number} is not one of this trainer's`)
      // The parameters as they become lie where the update will.
      module.copy(parameters, update, bytes)
      let total = 0
      for (let taken = 1; taken <= steps; taken++) {
        samples.find(peer.shard, peer.order.next())
        step.forward(update)
        const loss = objective.gradient()
        if (!Number.isFinite(loss)) throw diverged(`the loss is ${loss}`, spec, before + taken)
        total += loss
        step.backward(update, gradient)
        peer.steps++
        step.update(update, gradient, peer.moments, before + taken, peer.steps)
      }
      if (!module.subtract(update, parameters, layout.length)) {
        throw diverged('a parameter is not a finite number', spec, before + steps)
      }
      return total / steps
    },

    evaluate(parameters, mostSamples) {
      const tally = objective.tally(test.valueScale)
      answerTests(parameters, tally.add, mostSamples)
      return tally.evaluation()
    },

    judge(parameters) {
      const { counts, add } = objective.counter()
      answerTests(parameters, add)
      return counts
    },
  }
}

/** The state that a peer carries from step to step. */
interface PeerState {
  readonly shard: PlacedSamples
  readonly order: SampleOrder
  /** Address of the optimizer's moments. */
  readonly moments: number
  /** Steps that the moments have seen. */
  steps: number
}
