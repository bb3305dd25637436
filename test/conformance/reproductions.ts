import type { Reproduction } from './reproduction.ts'
import { c1 } from './reproductions/c1.ts'
import { c2 } from './reproductions/c2.ts'
import { c3 } from './reproductions/c3.ts'
import { c4 } from './reproductions/c4.ts'
import { c5 } from './reproductions/c5.ts'
import { c6 } from './reproductions/c6.ts'
import { c7 } from './reproductions/c7.ts'
import { c8 } from './reproductions/c8.ts'
import { c9 } from './reproductions/c9.ts'
import { c10 } from './reproductions/c10.ts'
import { c7GossipLearning } from './reproductions/gossip-learning.ts'

/** All reproductions, in order. A new one is one file in `reproductions/` and one line here. */
export const reproductions: readonly Reproduction[] = [c1, c2, c3, c4, c5, c6, c7, c7GossipLearning, c8, c9, c10]
