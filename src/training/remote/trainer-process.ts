/**
 * The training process: a trainer behind messages. Started by `process-trainer.ts`.
 *
 * @packageDocumentation
 */

import { startBackend } from '../backend.ts'
import type { Trainer } from '../trainer.ts'
import type { TrainerOptions } from '../trainer-options.ts'
import { changingNumbers } from './changed-numbers.ts'
import type { Failure } from './conversation.ts'
import type { ProcessCall, ProcessReply } from './process-messages.ts'
import { sendError } from './sent-error.ts'

function reply(message: ProcessReply | Failure): void {
  process.send?.(message)
}

function fail(error: unknown): void {
  reply({ kind: 'failed', error: sendError(error) })
}

async function create(options: TrainerOptions): Promise<Trainer> {
  const { name, devices } = await startBackend(options.backend, options.gpu)
  // After the backend: one that does not start ends sooner.
  const { createTrainer } = await import('../create-trainer.ts')
  const trainer = await createTrainer(options)
  const { layout, kind: trainerKind, threads, samples, frozen } = trainer
  const begins = trainer.begin !== undefined
  const judges = trainer.judge !== undefined
  reply({ kind: 'ready', layout, frozen, begins, backend: name, trainerKind, threads, samples, judges, devices })
  return trainer
}

async function answer(trainer: Trainer, call: ProcessCall): Promise<unknown> {
  const method = trainer[call.method] as (...given: unknown[]) => Promise<unknown>
  return await method.apply(trainer, [...call.arguments])
}

// An interrupted terminal interrupts this process too, and the peer must still be able to ask for what has been learned.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
// The parent process is gone. Not an ordinary exit: native libraries that clean up in the middle of work may crash.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

process.once('message', (options: TrainerOptions) => {
  create(options).then(trainer => {
    const numbers = changingNumbers(options)
    process.on('message', (call: ProcessCall) => {
      for (const [i, to] of (call.numbers ?? []).entries()) numbers[i].set(to)
      answer(trainer, call).then(value => reply({ kind: 'result', value }), fail)
    })
  }, fail)
})
