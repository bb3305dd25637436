/** How often something may happen: a steady rate, and some at once after a quiet spell. */
export interface Budget {
  /** Spends one, where there is one. @returns whether there was */
  spend(): boolean
}

export interface BudgetOptions {
  readonly perSecond: number
  readonly atOnce: number
}

/** It begins full. @param now milliseconds since any moment; never goes back */
export function createBudget({ perSecond, atOnce }: BudgetOptions, now = () => performance.now()): Budget {
  let left = atOnce
  let time = now()
  return {
    spend() {
      const before = time
      time = now()
      left = Math.min(atOnce, left + ((time - before) / 1_000) * perSecond)
      if (left < 1) return false
      left--
      return true
    },
  }
}
