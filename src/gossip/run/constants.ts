/**
 * Limits and timeouts of the course of a run: its beginning, its training and its end, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

import { ANNOUNCE_INTERVAL_MS } from '../membership/constants.ts'

/**
 * What was heard is looked at as a whole, which takes the longer the more members there are: a tenth of a millisecond of 80. So no more often
 * than this, however many speak; what follows from it takes longer to be told.
 */
export const REVIEW_GAP_MS = 20

/** A peer that has never met anybody waits so long for others before it seals alone. */
export const ALONE_GRACE_MS = 10_000

/** After the seal a peer stays so long for members that vanished without a goodbye, so that they get the seal. */
export const RETURN_GRACE_MS = 30_000

/** A clean stop gives running exchanges so long to finish before it resets them. */
export const STOP_GRACE_MS = 2_000

/** How often a stopping peer looks whether its last exchange has ended. */
export const STOP_POLL_MS = 10

/**
 * How often a checkpoint is written while a peer trains: so much training is lost in a crash. What exchanges change is in the
 * journal at once. Where a checkpoint takes long it is written less often, for no more than this share of the time.
 */
export const CHECKPOINT_INTERVAL_MS = 1_000
export const CHECKPOINT_SHARE = 0.05

/**
 * Labels by which a peer is judged while it trains, at most: on so many a share is known within a percent. The test set of
 * a text has a hundred thousand, and judging by all of them would take longer than training.
 */
export const PROGRESS_LABELS = 10_000

/** How often a peer that waits for others says so. */
export const WAITING_INTERVAL_MS = 10_000

/** Whoever answers at an address that the peer was given has nearly always done so by then: nobody is told of the wait before. */
export const CONTACT_WAIT_MS = 3_000

/** How often a peer asks anew for the vector that its swarm begins from: members announce themselves once a second. */
export const FETCH_PAUSE_MS = ANNOUNCE_INTERVAL_MS / 2

/** A swarm that trains is heard of within an announcement; a peer that may begin alone listens a little longer than that. */
export const LISTEN_MS = 1.5 * ANNOUNCE_INTERVAL_MS

/**
 * A peer that begins waits so long for those that it has counted to begin as well: about two announcements, in which they hear of each
 * other what it has heard. Without it, the quickest could be a hundred steps ahead before the last one has heard of enough.
 */
export const BEGIN_TOGETHER_MS = 2_000

/**
 * Peers begin together when they do so within two announcements, and half as much again for those that heard of each other late. To a peer
 * that comes later than this the run belongs to others, by whom it goes.
 */
export const FOUNDING_MS = 1.5 * BEGIN_TOGETHER_MS

/** A newcomer tries for so long to get the parameters of a swarm that trains, before it trains on what it has. */
export const CATCH_UP_MS = 30_000

/**
 * Members that still say that they train, so long after the swarm waits for nobody any more, hold up no seal. They stop at the same
 * moment, but for how differently they heard of it, and what their last steps take.
 */
export const OVERDUE_TRAINING_MS = 15_000

/**
 * From so many members on, T is when more than half of them have done their steps, so that as many liars as there are others do not cut the
 * training of all. Among fewer, half are enough, or of two the slower one would never be one that is waited for.
 */
export const GUARDED_MEMBERS = 4

/**
 * T is half of the swarm's, and not only of those with whom a peer has averaged: slow ones may not have come to that yet. But no longer than
 * the patience for those, and this: more than a slow peer's interval takes.
 */
export const STALLED_TRAINING_MS = 60_000

/**
 * A newcomer to a run that is said to have ended waits so long for its seal, where enough others wait with it: then they begin, whatever is
 * said.
 */
export const ENDED_RUN_WAIT_MS = 120_000

/**
 * A peer that has done its steps waits for so many announcements of what others say next, before it trains on for those that seem to be behind.
 * To train on alone, beside others that have ended, would make of their model one of its own data.
 */
export const DONE_WAIT_INTERVALS = 2
