import type { Reproduction } from './reproduction.ts'

/** All reproductions, in order. A new one is one file in `reproductions/` and one line here. */
export const reproductions: readonly Reproduction[] = []
