import { percent } from '../../../peer/words.ts'
import type { ModelWorth } from '../../attacks/forging/common-model.ts'
import { forgeries } from '../../attacks/forging/forgeries.ts'
import type { SketchOf } from '../../attacks/forging/forging-network.ts'
import type { Row } from '../row.ts'

/**
 * What the peers of these swarms make of what they receive. With `clipped` each row is held to what was asked; of the plain mean it is only printed
 * what becomes of it, but for {@link CONTROL}.
 */
export const AGGREGATOR: string = 'clipped'

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

/** Who lies in a swarm, and what the honest make of it. */
export interface Setting {
  /** Absent where nobody lies. */
  readonly forgery?: string
  readonly aggregator: string
  /** Of which vector the liars send the sketch before a lie; where the aggregator asks for one. */
  readonly sketchOf?: SketchOf
}

const isPlain = AGGREGATOR === 'mean'

/** One of each lie; that of the control also beside the plain mean, and with a sketch that is a lie too. */
export const settings: readonly Setting[] = forgeries.flatMap(({ name: forgery }) => [
  { forgery, aggregator: AGGREGATOR },
  ...(forgery === CONTROL && !isPlain
    ? ([
        { forgery, aggregator: AGGREGATOR, sketchOf: 'own' },
        { forgery, aggregator: 'mean' },
      ] as const)
    : []),
])

/** What is asked of a swarm; nothing where it is printed only. */
interface Asked {
  readonly text: string
  readonly holds: (outcome: Outcome, calm: number) => boolean
}

const nothing: Asked = { text: 'printed only', holds: () => true }
const seal: Asked = { text: 'sealed', holds: ({ sealed }) => sealed }
const failure: Asked = { text: `below ${percent(MOST_CONTROL)}`, holds: ({ accuracy }) => accuracy < MOST_CONTROL }
const unharmed: Asked = {
  text: 'sealed, and within 3 points of the swarm in which nobody lies',
  holds: ({ sealed, accuracy }, calm) => sealed && accuracy >= calm - MOST_LOST,
}

function askedOf({ forgery, aggregator }: Setting): Asked {
  if (forgery === undefined) return seal
  if (aggregator !== 'mean') return unharmed
  return forgery === CONTROL ? failure : nothing
}

/**
 * @param calm the accuracy where nobody lies
 * @param isShown whether the row is printed only, whatever the aggregator
 */
export function rowOf(setting: Setting, outcome: Outcome, calm: number, isShown = false): Row {
  const { text, holds } = isShown ? nothing : askedOf(setting)
  const { forgery = 'nobody lies', aggregator, sketchOf } = setting
  const { accuracy, triggered, sealed, more } = outcome
  return {
    asked: `${forgery}${sketchOf === 'own' ? ' with a false sketch' : ''}, ${aggregator}: ${text}`,
    measured: [
      `accuracy ${percent(accuracy)} (nobody lies: ${percent(calm)})`,
      `with the trigger ${percent(triggered)}`,
      sealed ? 'sealed' : 'not sealed',
      more,
    ].join('; '),
    passed: holds(outcome, calm),
  }
}
