import type { Item } from '../row.ts'
import { sockets } from './sockets.ts'
import { virtual } from './virtual.ts'

/** What becomes of a swarm in which members lie in what they merge, as often as honest ones exchange. */
export const liars: readonly Item[] = [...sockets, ...virtual]
