/** How a round's messages travel: what all of a thread's peers say and hear. */
export interface Averaging {
  /**
   * One round, by all threads together.
   *
   * @param round from 0
   * @param away `[peers]`, 1 for peers that are away; undefined where everybody is there
   */
  round(round: number, away: Uint8Array | undefined): void
}
