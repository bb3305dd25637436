/**
 * How far each partner may still move a peer, however often it comes: an account of lengths, which training fills and merging empties. One
 * that is quick, or comes over many streams, moves it no further than one that is not.
 *
 * @packageDocumentation
 */

/** Accounts of what partners may move a peer by, in units of weight × distance. */
export interface Influence<Partner> {
  /** May be below 0, where two merges with one went on at once. */
  left(partner: Partner): number
  /** A merge with this partner has moved the peer so far. */
  moved(partner: Partner, length: number): void
  /**
   * Training goes on: every partner may move the peer so much further.
   *
   * @param most what an account holds at most: that of a partner of which nothing was known, too
   */
  earned(amount: number, most: number): void
  /** Training is over: from here on every partner may move the peer so far, once. Until it goes on again. */
  once(amount: number): void
  /** After {@link once}: this partner was gone, and has it anew; the second time half of it, and so on, so that coming back buys little. */
  returned(partner: Partner): void
}

interface Account {
  left: number
  /** What everybody had earned in all when this was last looked at. */
  earned: number
}

export function createInfluence<Partner>(): Influence<Partner> {
  const accounts = new Map<Partner, Account>()
  const returns = new Map<Partner, number>()
  let earnedInAll = 0
  let most = Number.POSITIVE_INFINITY

  function accountOf(partner: Partner): Account {
    const account = accounts.get(partner) ?? { left: most, earned: earnedInAll }
    account.left = Math.min(most, account.left + earnedInAll - account.earned)
    account.earned = earnedInAll
    accounts.set(partner, account)
    return account
  }

  return {
    left: partner => accountOf(partner).left,
    moved(partner, length) {
      accountOf(partner).left -= length
    },
    earned(amount, bound) {
      earnedInAll += amount
      most = bound
    },
    once(amount) {
      accounts.clear()
      most = amount
    },
    returned(partner) {
      const count = returns.get(partner) ?? 0
      returns.set(partner, count + 1)
      accounts.set(partner, { left: most / 2 ** count, earned: earnedInAll })
    },
  }
}
