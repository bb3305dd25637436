import { HearsayError, UsageError } from '../errors.ts'

/** The other side declined, for a reason that is nobody's fault: it is busy, sealed, or knows nothing of what was asked. */
export class RefusedError extends HearsayError {
  override readonly name = 'RefusedError'
  readonly reason: string
  constructor(reason: string) {
    super(`refused: ${reason}`)
    this.reason = reason
  }
}

/** The other side broke the protocol: a malformed message, a vector of the wrong length, a false hash. It costs standing. */
export class OffenceError extends HearsayError {
  override readonly name = 'OffenceError'
}

/** Something took longer than its limit in `constants.ts`. */
export class DeadlineError extends HearsayError {
  override readonly name = 'DeadlineError'
}

/** The peer was asked to stop. */
export class StoppedError extends HearsayError {
  override readonly name = 'StoppedError'
  constructor() {
    super('the peer is stopping')
  }
}

/** Data of which there is no mean or variance that float32 can hold. */
export class UnusableStatisticsError extends UsageError {
  override readonly name = 'UnusableStatisticsError'
}

/** A checkpoint of another swarm, another peer, or another model. */
export class CheckpointMismatchError extends UsageError {
  override readonly name = 'CheckpointMismatchError'
}
