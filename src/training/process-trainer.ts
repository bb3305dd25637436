import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backendKind } from './backend.ts'
import type { Devices } from './backends/backend-kind.ts'
import { TrainerDiedError, TrainerStoppedError } from './errors.ts'
import { createExclusive } from './exclusive.ts'
import type { ProcessCall, ProcessReply, Result, TrainerMethod } from './process-messages.ts'
import type { RemoteTrainer } from './remote-trainer.ts'
import { receiveError } from './sent-error.ts'
import type { TrainerOptions } from './trainer-options.ts'

/** A trainer in a process of its own. */
export interface ProcessTrainer extends RemoteTrainer {
  readonly devices: Devices
}

/**
 * Trains in a process of its own, as GPUs need it: CUDA reads which GPU to use from the environment of its process, once,
 * and Dawn aborts the process when one of its threads is ended while a result is on its way. Parameters, updates and
 * datasets are copied as they cross; where nothing needs a process, a thread is the cheaper choice.
 *
 * @param options with the name of a backend
 * @param watch.onStderr given what the process writes to stderr, which otherwise goes to this one's
 * @param watch.signal ends the process at once
 * @throws what went wrong there, TrainerDiedError where the process ended
 */
export async function createProcessTrainer(
  options: TrainerOptions,
  { onStderr, signal }: { readonly onStderr?: (text: string) => void; readonly signal?: AbortSignal } = {},
): Promise<ProcessTrainer> {
  // The file beside this one is `.ts` in the sources and `.js` once built.
  const file = fileURLToPath(new URL(`./trainer-process${extname(import.meta.url)}`, import.meta.url))
  const child = fork(file, {
    // Keeps vectors vectors, and copies those in shared memory.
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, ...backendKind(options.backend).environment?.(options.gpu) },
    // What native libraries print must not get into this process's own output.
    stdio: ['ignore', 2, onStderr === undefined ? 2 : 'pipe', 'ipc'],
    signal,
    killSignal: 'SIGKILL',
  })
  const exited = once(child, 'exit').catch(() => {})
  child.stderr?.setEncoding('utf8').on('data', onStderr ?? (() => {}))

  const death = new AbortController()
  const exclusive = createExclusive()
  let waiting: PromiseWithResolvers<ProcessReply> | undefined
  // Why no more calls are taken.
  let ended: Error | undefined

  function end(reason: Error): void {
    ended ??= reason
    waiting?.reject(ended)
    waiting = undefined
  }

  function die(how: string): void {
    const unasked = ended === undefined
    end(
      new TrainerDiedError(
        `the training process ended unexpectedly ${how}. ` +
          'Training cannot go on in this trainer: make a new one and restore the last saved state.',
      ),
    )
    if (unasked) death.abort(ended)
  }

  /** One message at a time is on its way, so the next reply is to the last one. */
  function ask(message: TrainerOptions | ProcessCall): Promise<ProcessReply> {
    if (ended !== undefined) throw ended
    waiting = Promise.withResolvers<ProcessReply>()
    const { promise } = waiting
    // The end of the process says more than a message that did not arrive.
    child.send(message, () => {})
    return promise
  }

  child.on('message', (reply: ProcessReply) => {
    const call = waiting
    waiting = undefined
    if (reply.kind === 'failed') call?.reject(receiveError(reply.error))
    else call?.resolve(reply)
  })
  child.on('error', error => die(`: ${error.message}`))
  child.on('close', (code, by) => die(by === null ? `with exit code ${code}` : `by ${by}`))

  async function stop(): Promise<void> {
    end(new TrainerStoppedError())
    // At once, as a thread ends: native libraries that are asked to clean up may not come back.
    child.kill('SIGKILL')
    await exited
  }

  async function call<M extends TrainerMethod>(method: M, ...given: readonly unknown[]): Promise<Result<M>> {
    const reply = await exclusive.run(async () => ask({ method, arguments: given }))
    return (reply as Extract<ProcessReply, { kind: 'result' }>).value as Result<M>
  }

  try {
    const ready = (await ask(options)) as Extract<ProcessReply, { kind: 'ready' }>
    const { layout, backend, samples, devices } = ready
    return {
      layout,
      backend,
      samples,
      devices,
      died: death.signal,
      initial: () => call('initial'),
      train: (parameters, steps, before) => call('train', parameters, steps, before),
      evaluate: (parameters, most) => call('evaluate', parameters, most),
      state: () => call('state'),
      restore: state => call('restore', state),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
