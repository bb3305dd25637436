import type { Item } from '../row.ts'
import { chaos } from './chaos.ts'
import { divergence } from './divergence.ts'
import { latecomer } from './latecomer.ts'
import { newcomers } from './newcomers.ts'
import { realProcesses } from './real-processes.ts'
import { sortedByClass } from './sorted-by-class.ts'
import { whateverHappens } from './whatever-happens.ts'

/** The evidence that issue 10 asks for, in its order. */
export const together: readonly Item[] = [
  realProcesses,
  sortedByClass,
  whateverHappens,
  latecomer,
  newcomers,
  divergence,
  chaos,
]
