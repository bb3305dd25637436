import { percent } from '../../../peer/words.ts'
import type { ModelWorth } from '../../attacks/forging/common-model.ts'
import type { Row } from '../row.ts'

/**
 * What the peers of these swarms make of what they receive. With `clipped` each row is held to what was asked; of the plain mean it is only printed
 * what becomes of it, but for {@link CONTROL}.
 */
export const AGGREGATOR: string = 'mean'

/** The lie beside which the plain mean must fail: where it does not, nothing is shown by an aggregator that does better. */
export const CONTROL = 'sign-flip'

/** The plain mean is no better than this beside it. */
const MOST_CONTROL = 0.5

/** How much less right the common model may be than that of a swarm in which nobody lies. */
const MOST_LOST = 0.03

/** How one swarm with liars, or without, ended. */
export interface Outcome extends ModelWorth {
  readonly sealed: boolean
  /** The rest of what was measured, for people. */
  readonly more: string
}

export interface Setting {
  /** Absent where nobody lies. */
  readonly forgery?: string
  readonly aggregator: string
  /** Whether it is printed only, whatever the aggregator. */
  readonly isShown?: boolean
}

/** @param calm the accuracy where nobody lies */
export function rowOf({ forgery, aggregator, isShown = false }: Setting, outcome: Outcome, calm: number): Row {
  const { accuracy, triggered, sealed, more } = outcome
  const name = `${forgery ?? 'nobody lies'}, ${aggregator}`
  const isControl = forgery === CONTROL && aggregator === 'mean'
  const isAsked = !isShown && (forgery === undefined || aggregator !== 'mean')
  const asked = isAsked
    ? forgery === undefined
      ? 'sealed'
      : 'sealed, and within 3 points of the honest run'
    : isControl && !isShown
      ? 'below 50 %'
      : 'printed only'
  return {
    asked: `${name}: ${asked}`,
    measured: [
      `accuracy ${percent(accuracy)} (nobody lies: ${percent(calm)})`,
      `with the trigger ${percent(triggered)}`,
      sealed ? 'sealed' : 'not sealed',
      more,
    ].join('; '),
    passed: isAsked ? sealed && accuracy >= calm - MOST_LOST : isShown || !isControl || accuracy < MOST_CONTROL,
  }
}
