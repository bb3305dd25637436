import type { Events } from '../events.ts'
import type { Portrait, Told, Word } from '../membership/announcement.ts'
import { PORTRAIT_EVERY } from '../membership/constants.ts'
import type { SketchNews } from './sketch-news.ts'

/**
 * Puts this peer's portrait to what it says where others need it: where it has changed by what matters, where somebody was met who may not have
 * seen it, and every few times, for those that missed it.
 */
export type Portraying = (word: Word, portrait: () => Portrait) => Told

export function createPortraying({
  sketchNews,
  events,
}: {
  readonly sketchNews: Pick<SketchNews, 'differs' | 'isAnother' | 'told'>
  readonly events: Pick<Events, 'on'>
}): Portraying {
  /** Announcements without it since the last one with it. */
  let without = Number.POSITIVE_INFINITY
  let addresses = ''
  events.on('met', () => {
    without = Number.POSITIVE_INFINITY
  })

  return (word, portrait) => {
    const now = portrait()
    const reachable = now.addresses.join(' ')
    // Of one that says goodbye nobody hears more, and who has not seen it must know that as well.
    const isDue = ++without >= PORTRAIT_EVERY || word.phase === 'left'
    // Of what a peer froze all are to say the same figure, to the last digit.
    const differs = word.phase === 'sealing' ? sketchNews.isAnother() : sketchNews.differs()
    if (!isDue && reachable === addresses && !differs) return word
    without = 0
    addresses = reachable
    sketchNews.told()
    return { ...word, ...now }
  }
}
