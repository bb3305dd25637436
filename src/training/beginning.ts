import type { Trainer } from './trainer.ts'

/** A trainer that can be told what to begin from. */
export type BeginningTrainer = Trainer & Required<Pick<Trainer, 'begin'>>

/**
 * The trainer, with a `begin` where it has none of its own: it has no frozen part then, and the weights of its model are what it calls
 * parameters.
 */
export function withBegin(trainer: Trainer): BeginningTrainer {
  if (trainer.begin !== undefined) return trainer as BeginningTrainer
  let beginning: Float32Array | undefined
  return {
    ...withInitial(trainer, async () => beginning?.slice() ?? (await trainer.initial())),
    async begin(weights) {
      beginning = weights.slice()
    },
  }
}

/** The trainer, with other initial parameters. One of a class of its own has methods that no spread would copy. */
export function withInitial(trainer: Trainer, initial: Trainer['initial']): Trainer {
  const { layout, frozen, backend, kind, threads, samples } = trainer
  const judge = trainer.judge?.bind(trainer)
  return {
    layout,
    frozen,
    backend,
    kind,
    threads,
    samples,
    initial,
    train: (...given) => trainer.train(...given),
    evaluate: (...given) => trainer.evaluate(...given),
    ...(judge && { judge }),
    state: () => trainer.state(),
    restore: state => trainer.restore(state),
    stop: () => trainer.stop(),
  }
}
