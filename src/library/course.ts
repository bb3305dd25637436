import { NobodyThereError } from '../gossip/errors.ts'
import type { Emit } from '../gossip/events.ts'
import { TrainingDivergedError } from '../training/errors.ts'
import { explainDivergence } from './explain-divergence.ts'
import type { Consensus, PeerEvents } from './peer.ts'
import type { Learner } from './prepare-learner.ts'

/** The course of a peer's life, as far as it is known. */
export interface Course {
  /** Takes what the core tells: what ends the peer is told once, whoever sees it first. */
  readonly tell: Emit
  failure(): Error | undefined
  /** Whether everybody else has been gone for so long that the peer ends. */
  isAlone(): boolean
  agreed(): Consensus | undefined
  /** The figures of the last evaluation that people know the model by. */
  quality: Pick<PeerEvents['stopped'], 'accuracy' | 'r2' | 'rmse'>
}

/** The figures of an evaluation that the end of a peer is told with. */
export function qualityOf({
  accuracy,
  r2,
  rmse,
}: Pick<PeerEvents['round'], 'accuracy' | 'r2' | 'rmse'>): Course['quality'] {
  const share = Number.isNaN(accuracy) ? null : accuracy
  return rmse === undefined ? { accuracy: share } : { accuracy: share, r2, rmse }
}

/** @param seen what the trainer sees of the shard, to explain why training diverged */
export function followCourse(
  emit: <Name extends keyof PeerEvents>(name: Name, detail: PeerEvents[Name]) => void,
  seen: Learner['seen'],
): Course {
  let failure: Error | undefined
  let alone = false
  let agreed: Consensus | undefined

  function fail(error: Error): void {
    if (failure !== undefined) return
    failure = error instanceof TrainingDivergedError ? explainDivergence(error, seen) : error
    emit('failed', { error: failure })
  }

  const course: Course = {
    quality: { accuracy: null },
    failure: () => failure,
    isAlone: () => alone,
    agreed: () => agreed,
    tell(name, detail) {
      if (name === 'failed') return fail((detail as PeerEvents['failed']).error)
      if (name === 'alone') {
        alone = true
        failure ??= new NobodyThereError(
          'everybody else has been gone for a while, so there is nobody left to agree with; this peer has what it trained',
        )
      }
      if (name === 'round') course.quality = qualityOf(detail as PeerEvents['round'])
      if (name === 'consensus') agreed = detail as PeerEvents['consensus']
      emit(name, detail as never)
    },
  }
  return course
}
