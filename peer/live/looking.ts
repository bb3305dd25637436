import { LOOK_MS, MOST_OF_TIME } from '../serving/constants.ts'

/** Looks at what a dashboard shows, now and again and again. */
export interface Looking {
  begin(): void
  /** Looks once more, and then no more by itself; not at all where it has not begun. */
  end(): void
}

export function createLooking(look: () => void): Looking {
  let hasBegun = false
  let timer: NodeJS.Timeout | undefined

  function lookAgain(): void {
    const began = performance.now()
    look()
    const took = performance.now() - began
    timer = setTimeout(lookAgain, Math.max(LOOK_MS, took / MOST_OF_TIME))
  }

  return {
    begin() {
      hasBegun = true
      lookAgain()
    },
    end() {
      clearTimeout(timer)
      if (hasBegun) look()
    },
  }
}
