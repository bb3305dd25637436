/** Done. Of a peer: its data are in a model that at least two agreed on, or it ran `--alone`. */
export const DONE = 0
export const FAILED = 1
export const WRONG_USAGE = 2
/**
 * Ended in order without a model that contains the data: alone, or with a seal in which this peer's data have no part; of
 * `swarm` and `simulate`, was to seal and did not. It is {@link DONE} where there was no data to bring, with the rule `none`,
 * and where Ctrl-C ends a `--stay` after a seal.
 */
export const NOT_IN_MODEL = 3
/** 128 + SIGINT, as shells count it. */
export const INTERRUPTED = 130
