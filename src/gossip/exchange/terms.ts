import type { Sketcher } from '../../averaging/sketch.ts'
import type { Range } from '../../parameters/range.ts'
import type { Replica } from '../state/replica.ts'

/** The contribution of one side to an exchange. */
export interface Terms {
  /** The largest weight with which it can take part; that of the exchange is the smaller one of both sides. */
  readonly weight: () => number
  /**
   * The values that are averaged; asked for once, when the partner has agreed. A live snapshot sends each frame as it is when its turn
   * comes.
   */
  readonly snapshot: () => Float32Array
  /** Of these elements of the snapshot, as they are now. */
  readonly sketch: (part: Range) => Float32Array
  /** Own steps that are in it. */
  readonly steps: number
}

/** What makes the sketches that both sides of an exchange go by. */
export interface SnapshotSketches {
  /** Of the parameters that change. */
  live(part: Range): Float32Array
  readonly sketcher: Pick<Sketcher, 'sketch'>
}

/** @param whole makes the sketch of all parameters, once as long as they are the same */
export function createSnapshotSketches(
  parameters: Float32Array,
  whole: { sketch(): Float32Array },
  sketcher: Pick<Sketcher, 'sketch'>,
): SnapshotSketches {
  const isWhole = ({ first, end }: Range) => first === 0 && end === parameters.length
  return { live: part => (isWhole(part) ? whole.sketch() : sketcher.sketch(parameters, part)), sketcher }
}

/** The parameters as they are at every moment. */
export function liveTerms(replica: Replica, weight: () => number, { live }: SnapshotSketches): Terms {
  return { weight, snapshot: () => replica.parameters, sketch: live, steps: replica.contribution.ownSteps() }
}

/** The parameters as they are now, for all exchanges of a round. */
export function frozenTerms(replica: Replica, weight: () => number, { sketcher }: SnapshotSketches): Terms {
  const parameters = replica.parameters.slice()
  let sketched: Float32Array | undefined
  return {
    weight,
    snapshot: () => parameters,
    sketch() {
      // A round is about all of them, and of the same for every link.
      sketched ??= sketcher.sketch(parameters)
      return sketched
    },
    steps: replica.contribution.ownSteps(),
  }
}
