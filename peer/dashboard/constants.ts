/** The bounds of a dashboard. A page that is slow, stuck or hostile costs no more than these. */

/** Points of a curve that are kept and told: about as many as a wide screen has columns for one. Even, so that halving keeps the newest. */
export const MOST_POINTS = 600

/** Moments that are kept to be played back, even: with 200 peers in each they are some megabytes. */
export const MOST_FRAMES = 120

/** Connections that a moment keeps; of more, those that were in use. */
export const MOST_FRAME_LINKS = 400

/** Lines of the log that are kept: more than a person scrolls through. */
export const MOST_LINES = 400

/** Characters of a line; an invitation with a chain of guests takes 3,000. */
export const LONGEST_LINE = 6_000

/** Members that are told one by one: more are neither a graph nor a table that anybody reads. */
export const MOST_MEMBERS = 200

/** Partners of whom figures are kept, in the order in which they came. */
export const MOST_PARTNERS = 1_000

/** Pages that look on at once: a household of browsers, each with a few tabs. */
export const MOST_PAGES = 32

/** Connections at once, those of pages that load among them: a browser opens six for a page. */
export const MOST_CONNECTIONS = 128

/**
 * What may wait for a page that does not read, in bytes, beside what it is told when it opens: many minutes of news. Then it is dropped, and takes
 * the whole anew when it is back.
 */
export const MOST_WAITING_BYTES = 1024 * 1024

/** Something is said so often even where nothing happens, so that a browser that is gone is noticed. */
export const HEARTBEAT_MS = 15_000

/** A browser that has lost its dashboard tries again after so long. */
export const RETRY_MS = 2_000
