/** The bounds of what answers HTTP beside a peer. Who asks slowly, often or never to the end costs no more than these. */

/** Time from one look at the peer to the next: what a person takes for live. */
export const LOOK_MS = 1_000

/** A look sketches the parameters, which of a large model takes its time: it takes no more than this share of it. */
export const MOST_OF_TIME = 0.02

/** A request that has not come as a whole by then never will. */
export const REQUEST_MS = 10_000

/** At the end whoever is connected has so long to read the last of it. */
export const FAREWELL_MS = 500
