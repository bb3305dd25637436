/**
 * The training thread: a trainer behind messages. Started by `worker-trainer.ts`.
 *
 * @packageDocumentation
 */

import { parentPort, workerData } from 'node:worker_threads'
import type { TestCounts } from '../../worth/counts.ts'
import { createTrainer } from '../create-trainer.ts'
import type { Trainer } from '../trainer.ts'
import type { TrainerOptions } from '../trainer-options.ts'
import type { Failure } from './conversation.ts'
import type { Call, Reply } from './messages.ts'
import { sendError } from './sent-error.ts'

function reply(message: Reply | Failure): void {
  parentPort?.postMessage(message)
}

function serve(trainer: Trainer): void {
  const { layout, backend, kind: trainerKind, threads, samples, frozen } = trainer
  const begins = trainer.begin !== undefined
  const parameters = new Float32Array(new SharedArrayBuffer(layout.length * Float32Array.BYTES_PER_ELEMENT))
  const result = new Float32Array(new SharedArrayBuffer(layout.length * Float32Array.BYTES_PER_ELEMENT))

  async function answer(call: Call): Promise<void> {
    switch (call.kind) {
      case 'initial':
        result.set(await trainer.initial())
        return reply({ kind: 'initial' })
      case 'begin':
        await trainer.begin?.(call.weights)
        return reply({ kind: 'begin' })
      case 'train': {
        const { update, ...report } = await trainer.train(parameters, call.steps, call.before)
        result.set(update)
        return reply({ kind: 'train', report })
      }
      case 'evaluate':
        return reply({ kind: 'evaluate', evaluation: await trainer.evaluate(parameters, call.most) })
      case 'judge':
        return reply({ kind: 'judge', counts: (await trainer.judge?.(parameters)) as TestCounts })
      case 'state':
        // Copied, not given away: one that a module brings may go on with these very vectors.
        return reply({ kind: 'state', state: await trainer.state() })
      case 'restore':
        await trainer.restore(call.state)
        return reply({ kind: 'restore' })
    }
  }

  parentPort?.on('message', (call: Call) => {
    answer(call).catch(error => reply({ kind: 'failed', error: sendError(error) }))
  })
  const judges = trainer.judge !== undefined
  const buffers = { parameters: parameters.buffer, result: result.buffer }
  reply({ kind: 'ready', layout, frozen, begins, backend, trainerKind, threads, samples, judges, ...buffers })
}

createTrainer(workerData as TrainerOptions).then(serve, error => reply({ kind: 'failed', error: sendError(error) }))
