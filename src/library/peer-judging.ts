import { UsageError } from '../errors.ts'
import type { Gossip } from '../gossip/gossip.ts'
import { isCountable } from '../judging/counts-vector.ts'
import { createJudging, type Judging, type JudgingOptions, type JudgingOutcome } from '../judging/judging.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { optionsOf, requireOptions, signal as signalOption } from '../strict-options.ts'
import type { Trainer } from '../training/trainer.ts'
import type { TestCounts } from '../worth/counts.ts'
import type { Course } from './course.ts'
import { countsShapeOf, figuresOfRecipe, UNCOUNTABLE } from './figures-of-recipe.ts'
import type { JudgedTogether, Peer, PeerEvents } from './peer.ts'

export interface PeerJudgingParts extends Pick<JudgingOptions, 'swarm' | 'recipe' | 'namespaces' | 'clock' | 'random'> {
  readonly recipe: Recipe
  readonly gossip: Gossip
  readonly trainer: Trainer
  readonly course: Course
  /** The hash on which the swarm sealed, once parameters are of use. */
  readonly sealed: () => string | undefined
  /** Whether it has trained and averages with nobody, as it was told to. */
  readonly hasTrainedAlone: () => boolean
  /** `[outputs]`: the deviations by which the values of a regression are standardised. */
  readonly deviations: () => ArrayLike<number> | undefined
  readonly emit: <Name extends keyof PeerEvents>(name: Name, detail: PeerEvents[Name]) => void
  /** Aborted when the peer stops. */
  readonly stopped: AbortSignal
}

/** A peer's part in judging the common model. */
export interface PeerJudging extends Pick<Peer, 'evaluateTogether'> {
  /** Whether others that count may still need this peer. */
  isNeeded(): boolean
  stop(): Promise<void>
}

const evaluateOptions = optionsOf<{ readonly signal?: AbortSignal }>({ signal: signalOption.optional() })

export function createPeerJudging(parts: PeerJudgingParts): PeerJudging {
  const { recipe, gossip, trainer, course, emit, stopped } = parts
  const shape = countsShapeOf(recipe)
  let judging: Judging | undefined
  /** What is found out, and of which model. */
  let current: { readonly model: string; readonly judged: Promise<JudgedTogether> } | undefined

  function tell(outcome: JudgingOutcome): JudgedTogether {
    const judged = judgedBy(recipe, outcome, parts.deviations())
    emit('judged', judged)
    return judged
  }

  async function countOwn(): Promise<TestCounts | undefined> {
    const counts = await trainer.judge?.(gossip.parameters())
    return counts === undefined || counts.samples === 0 ? undefined : counts
  }

  async function judgeAlone(): Promise<JudgedTogether> {
    const counts = await countOwn()
    return tell(
      counts === undefined ? { reason: 'this trainer counts no test results' } : { counts, members: 1, of: 1 },
    )
  }

  async function judge(model: string): Promise<JudgedTogether> {
    await judging?.stop()
    if (trainer.judge === undefined) return tell({ reason: 'this trainer counts no test results' })
    if (!isCountable(shape))
      return tell({ reason: 'the model predicts more classes or values than peers count together' })
    const { inModel, members } = gossip.status()
    const own = inModel ? await countOwn() : undefined
    stopped.throwIfAborted()
    const outcome = Promise.withResolvers<JudgingOutcome>()
    judging = createJudging({
      ...parts,
      model,
      shape,
      own,
      members: course.agreed()?.members ?? members,
      present: () =>
        gossip
          .members()
          .filter(({ announcement }) => announcement.choice === model)
          .map(({ peer }) => peer),
      onJudged: outcome.resolve,
    })
    const abort = () => outcome.reject(stopped.reason)
    stopped.addEventListener('abort', abort)
    try {
      await judging.start()
      return tell(await outcome.promise)
    } finally {
      stopped.removeEventListener('abort', abort)
    }
  }

  function begin(): Promise<JudgedTogether> {
    const alone = parts.hasTrainedAlone()
    const model = alone ? 'alone' : parts.sealed()
    if (model === undefined) {
      throw new UsageError('evaluateTogether: the swarm has not sealed its model yet; await untilConsensus first')
    }
    if (current?.model === model) return current.judged
    const judged = alone ? judgeAlone() : judge(model)
    // Whoever waits for it hears of it, and nobody may.
    judged.catch(() => {})
    current = { model, judged }
    return judged
  }

  return {
    async evaluateTogether(options = {}) {
      requireOptions('evaluateTogether', evaluateOptions, options)
      const { signal } = options
      signal?.throwIfAborted()
      const judged = begin()
      if (signal === undefined) return await judged
      return await Promise.race([judged, rejectedBy(signal)])
    },
    isNeeded: () => judging?.isNeeded() === true,
    stop: async () => judging?.stop(),
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function judgedBy(recipe: Recipe, outcome: JudgingOutcome, deviations: ArrayLike<number> | undefined): JudgedTogether {
  if ('reason' in outcome) return { figures: null, samples: 0, members: 0, of: 0, reason: outcome.reason }
  const { counts, members, of } = outcome
  const figures = figuresOfRecipe(recipe, counts, deviations)
  const common = { samples: counts.samples, members, of }
  return figures === undefined ? { figures: null, ...common, reason: UNCOUNTABLE } : { figures, ...common }
}
