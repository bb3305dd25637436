import { createThinned } from '../live/thinned.ts'
import { MOST_FRAME_LINKS, MOST_FRAMES } from './constants.ts'
import type { Frame, Now } from './told.ts'

/** How a run was, moment by moment, for a page to be played back. */
export interface Frames {
  add(now: Now): void
  all(): readonly Frame[]
}

export function createFrames(): Frames {
  const frames = createThinned<Frame>(MOST_FRAMES)
  return {
    add({ at, phase, seal, steps, nodes, links, target }) {
      const kept = links.length <= MOST_FRAME_LINKS ? links : links.filter(({ exchanges }) => exchanges)
      frames.add({ at, phase, seal, steps, nodes, links: kept.slice(0, MOST_FRAME_LINKS), target })
    },
    all: frames.all,
  }
}
