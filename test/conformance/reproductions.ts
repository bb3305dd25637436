import type { Reproduction } from './reproduction.ts'
import { c1 } from './reproductions/c1.ts'
import { c2 } from './reproductions/c2.ts'
import { c3 } from './reproductions/c3.ts'
import { c9 } from './reproductions/c9.ts'

/** All reproductions, in order. A new one is one file in `reproductions/` and one line here. */
export const reproductions: readonly Reproduction[] = [c1, c2, c3, c9]
