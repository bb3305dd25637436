import { createThinned } from '../live/thinned.ts'
import { MOST_FRAME_LINKS, MOST_FRAMES } from './constants.ts'
import type { Frame, Link, Now } from './told.ts'

/** How a run was, moment by moment, for a page to be played back. */
export interface Frames {
  add(now: Now): void
  all(): readonly Frame[]
}

export function createFrames(): Frames {
  const frames = createThinned<Frame>(MOST_FRAMES)
  return {
    add({ at, phase, seal, steps, nodes, links, target }) {
      frames.add({ at, phase, seal, steps, nodes, links: mostTelling(links), target })
    },
    all: frames.all,
  }
}

/** All, where they are not too many; else those that are connected or in use; else those in use. */
function mostTelling(links: readonly Link[]): readonly Link[] {
  const choices = [
    links,
    links.filter(({ by, exchanges }) => exchanges || by === 'connection'),
    links.filter(({ exchanges }) => exchanges),
  ]
  return (choices.find(({ length }) => length <= MOST_FRAME_LINKS) ?? choices[2]).slice(0, MOST_FRAME_LINKS)
}
