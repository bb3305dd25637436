import type { Item } from '../row.ts'
import { figures } from './figures.ts'
import { packaged, parity } from './tests.ts'
import { wrongImports } from './wrong-imports.ts'

/** The evidence that issue 11 asks for, in its order; its benchmarks are `npm run bench -- exchange`, `overhead` and `simulator`. */
export const house: readonly Item[] = [figures, wrongImports, parity, packaged]
