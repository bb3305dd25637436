import { TrainerDiedError, TrainerStoppedError } from '../errors.ts'
import { receiveError, type SentError } from './sent-error.ts'

/** The answer of a remote trainer to a call that failed. */
export interface Failure {
  readonly kind: 'failed'
  readonly error: SentError
}

/**
 * A conversation with a trainer in a thread or process of its own, whichever way messages are sent. One call at a time is
 * under way, so the next reply is to the last one.
 */
interface Conversation<Call, Reply> {
  /** Aborted with the `TrainerDiedError` as its reason when the other side ends before {@link close}. */
  readonly died: AbortSignal
  /** @throws what went wrong there, TrainerDiedError or TrainerStoppedError where there is nobody to ask any more */
  ask(call: Call): Promise<Reply>
  /** The next reply, where the other side speaks first. @throws as {@link ask} does */
  receive(): Promise<Reply>
  /** To be called with each reply. */
  onReply(reply: Reply | Failure): void
  /** To be called when the other side has ended. @param how in words that follow `ended unexpectedly` */
  onEnd(how: string): void
  /** Takes no more calls, and rejects the one under way with TrainerStoppedError. */
  close(): void
}

/**
 * @param place where the trainer is: a thread or a process
 * @param send hands a call over; the reply comes through {@link Conversation.onReply}
 */
export function createConversation<Call, Reply>(
  place: 'thread' | 'process',
  send: (call: Call) => void,
): Conversation<Call, Reply> {
  const death = new AbortController()
  let waiting: PromiseWithResolvers<Reply> | undefined
  // Why no more calls are taken.
  let ended: Error | undefined

  function finish(reason: Error): void {
    ended ??= reason
    waiting?.reject(ended)
    waiting = undefined
  }

  async function receive(): Promise<Reply> {
    if (ended !== undefined) throw ended
    waiting = Promise.withResolvers<Reply>()
    return await waiting.promise
  }

  return {
    died: death.signal,
    async ask(call) {
      if (ended !== undefined) throw ended
      send(call)
      return await receive()
    },
    receive,
    onReply(reply) {
      const call = waiting
      waiting = undefined
      if (isFailure(reply)) call?.reject(receiveError(reply.error))
      else call?.resolve(reply)
    },
    onEnd(how) {
      const unasked = ended === undefined
      finish(
        new TrainerDiedError(
          `the training ${place} ended unexpectedly ${how}. ` +
            'Training cannot go on in this trainer: make a new one and restore the last saved state.',
        ),
      )
      if (unasked) death.abort(ended)
    },
    close: () => finish(new TrainerStoppedError()),
  }
}

function isFailure(reply: unknown): reply is Failure {
  return (reply as Failure).kind === 'failed'
}
