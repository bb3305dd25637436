import { HearsayError, UsageError } from '../errors.ts'
import { magnitude } from './magnitude.ts'
import type { PeerId } from './peer-id.ts'

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
export class ProtocolViolationError extends HearsayError {
  override readonly name = 'ProtocolViolationError'
}

/** Something took longer than its limit in the `constants.ts` of its room. */
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

/** @param theirs the swarm of the checkpoint */
export function otherSwarm(theirs: string, ours: string): CheckpointMismatchError {
  return new CheckpointMismatchError(
    `the checkpoint belongs to swarm ${theirs.slice(0, 12)}…, the recipe to ${ours.slice(0, 12)}…; ` +
      'use the recipe it was made with, or another --state',
  )
}

/** Nobody came in the time that this peer was to wait, or all others have vanished: there is no swarm to agree with. */
export class NobodyThereError extends HearsayError {
  override readonly name = 'NobodyThereError'
}

/** Another's parameters are larger than the recipe accepts. That may happen to anybody whose training diverges, so it costs no standing. */
export class NormError extends HearsayError {
  override readonly name = 'NormError'
  /**
   * @param norm of what was said so far
   * @param accepting what accepts no more
   */
  constructor(peer: PeerId, norm: number, maximum: number, accepting = 'the recipe accepts') {
    super(
      `${peer} has parameters with a norm of ${magnitude(norm)} or more, above the ${magnitude(maximum)} that ${accepting}: ` +
        'this peer does not average with it for now; its training may have diverged',
    )
  }
}

/** Another's parameters are farther away than the sketch of them that it has given: what was merged until then is all that is. */
export class FalseSketchError extends HearsayError {
  override readonly name = 'FalseSketchError'
  constructor(peer: PeerId) {
    super(`${peer} has sent parameters that are farther from this peer's than its sketch of them says`)
  }
}
