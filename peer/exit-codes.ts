/** What a script can rely on. */
export const DONE = 0
export const FAILED = 1
export const WRONG_USAGE = 2
/** 128 + SIGINT, as shells count it. */
export const INTERRUPTED = 130
