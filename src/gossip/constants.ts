/**
 * Every limit and timeout of the protocol core, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/** How often a peer says how it is. Ten fit into {@link MEMBER_EXPIRY_MS}, so a lossy network does not lose a member. */
export const ANNOUNCE_INTERVAL_MS = 1_000

/** Changes are told sooner, but no closer together than this: an announcement costs every peer of the swarm a message. */
export const ANNOUNCE_GAP_MS = 400

/** A member not heard of for so long is taken for gone: nobody waits for it and nobody picks it as a partner. */
export const MEMBER_EXPIRY_MS = 10_000

/**
 * A member silent for so long has left for good, and its share of the mean with it: what was decided with it and what
 * is in doubt because of it is dropped. Long enough for a machine to restart and resume from its checkpoint.
 */
export const MEMBER_FORGOTTEN_MS = 120_000

/** Members kept in memory; beyond it new ones are ignored. A swarm larger than this needs partial views. */
export const MAX_MEMBERS = 10_000

/** An announcement is a few hundred bytes (64 sketch buckets are 344 in base64); longer ones are not parsed. */
export const MAX_ANNOUNCEMENT_BYTES = 4_096

/** Addresses that a peer may announce, and the length of one. */
export const MAX_ADDRESSES = 8
export const MAX_ADDRESS_LENGTH = 256

/**
 * Buckets of the sketch. The squared distance between two peers is estimated with a relative deviation of
 * sqrt(2 / buckets), here 0.18, for 256 bytes in an announcement.
 */
export const SKETCH_BUCKETS = 64

/**
 * Longest frame on a stream. A frame of parameters is 256 KiB and a few bytes; four times that leaves room for another
 * codec, and is all that one stream may make its reader allocate for one frame.
 */
export const MAX_FRAME_BYTES = 1024 * 1024

/** Longest control message: a settlement names at most four times {@link MAX_IN_DOUBT} exchanges each way. Recipes fit too. */
export const MAX_CONTROL_BYTES = 65_536

/**
 * Exchanges a peer takes part in at once. Each has half of the weight that the ones before have left, so a fourth would carry
 * as many bytes and do an eighth of what the first does.
 */
export const MAX_CONCURRENT_EXCHANGES = 3

/**
 * Exchanges with doubts that a peer keeps open, and as many decided ones that were not acknowledged. At the bound it begins
 * nothing in pairs and agrees to nothing. Each has at most {@link WINDOW_FRAMES} frames in doubt.
 */
export const MAX_IN_DOUBT = 8

/**
 * Frames that an initiator sends without an answer, 8 MiB of float32: twice what a stream's window lets be under way, so the
 * window, and not this, is what limits a long link. It bounds what both sides hold of an exchange of whatever size, and what
 * can be in doubt.
 */
export const WINDOW_FRAMES = 32

/** Answers that wait to be sent before a responder reads on: the next is made while one is on its way. */
export const UNSENT_ANSWERS = 4

/** Longest name of a codec, its parameter included. */
export const MAX_CODEC_CHARACTERS = 32

/**
 * The journal is replaced by a checkpoint when it is as long as so many models, or so many bytes where the model is small:
 * then a checkpoint costs a small part of what was appended, and reading the journal back takes no longer than a few models.
 */
export const JOURNAL_OVER_PARAMETERS = 4
export const JOURNAL_MINIMUM_BYTES = 1024 * 1024

/** One control message back and forth, a flush of the journal to a slow disk included; in step, also coming to the round. */
export const REPLY_TIMEOUT_MS = 15_000

/** A peer that is about to freeze gives exchanges that are under way so long to end by themselves. */
export const FREEZE_PATIENCE_MS = 5_000

/** How often outstanding decisions and doubts are brought up with the partner. */
export const SETTLE_INTERVAL_MS = 500

/** Between two exchanges when training is over: short against a transfer, long enough not to spin without partners. */
export const AVERAGING_PAUSE_MS = 40

/** After a failed or refused exchange a partner is left alone for so long. */
export const PARTNER_BACKOFF_MS = 250

/** A peer that has never met anybody waits so long for company before it seals alone. */
export const ALONE_GRACE_MS = 10_000

/**
 * Who proposes waits so long for a minority that chooses nothing, or something else. Longer than fetching a vector over a
 * slow link, so that only peers that do not want to follow are left behind.
 */
export const SEAL_PATIENCE_MS = 120_000

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

/** A newcomer so many exchanges' worth of steps behind fetches the swarm's parameters instead of pulling the mean back. */
export const LATE_JOIN_EXCHANGES = 10

/**
 * With `auto`, how long averaging may take beside the training before it: as long, so that a peer trains half of its time. With less
 * averaging peers with unlike data lose more accuracy than the time is worth (decision 007).
 */
export const AUTO_EXCHANGE_RATIO = 1

/** Weight of the newest measurement: after ten, a change of the network has come through to 94 %. */
export const AUTO_MEMORY = 0.25

/**
 * With `auto`, the most local steps between two exchanges, whatever the network. DiLoCo (Douillard et al., 2023) goes that
 * far without losing accuracy; further apart, peers with different data would learn different things.
 */
export const AUTO_MAX_LOCAL_STEPS = 500

/**
 * With `auto`, about the longest time between two exchanges. Between them training does not look up: nothing of it is in a
 * checkpoint, and it does not stop.
 */
export const AUTO_LONGEST_INTERVAL_MS = 60_000

/**
 * Ages and steps are at most this, far below where adding one more step is no longer exact. Without a bound, one message
 * with an absurd age would spread by maximum until nobody's announcement is accepted any more.
 */
export const MAX_STEPS = 2 ** 48

/** Vectors handed out at once. Each costs the frames that are on their way, and a share of the link. */
export const MAX_SERVED_AT_ONCE = 8

/** Announcements of one peer that come closer together than this are neither heeded nor forwarded. */
export const MIN_ANNOUNCE_GAP_MS = 50

/**
 * Settlements in a row that a living partner leaves unanswered before it no longer keeps this peer from freezing. Ten
 * seconds of refusals are no bad luck.
 */
export const MAX_SETTLE_ATTEMPTS = 20

/** Longest text of another peer's making that is shown to a person. */
export const MAX_SHOWN_CHARACTERS = 200

/** Offences (malformed frames, false hashes, …) after which a peer is banned for the rest of the session. */
export const MAX_OFFENCES = 3

/** Streams that one peer may open per second, and at once after a quiet spell; several times what an honest peer does. */
export const STREAMS_PER_SECOND = 50
export const STREAM_BURST = 100

/** Longest name of a lane: a word and sixteen characters of a hash. */
export const MAX_LANE_BYTES = 48

/**
 * Relative distance at which statistics may be sealed. Their largest coordinate decides it; that the small ones have been
 * averaged as well is what {@link STATISTICS_EXCHANGES} is for. A hundred times the rounding of float32.
 */
export const STATISTICS_DISTANCE = 1e-5

/**
 * Exchanges that a peer begins, since it last met somebody new, before it proposes statistics. Between random pairs the
 * mean squared distance falls by e in as many exchanges as there are peers (Boyd, Ghosh, Prabhakar and Shah, "Randomized
 * gossip algorithms", 2006), so what a peer began with weighs e^-20 of its
 * difference from the others then.
 */
export const STATISTICS_EXCHANGES = 40

/** After somebody new was met, so long others are waited for who started at the same time. */
export const STATISTICS_NEWCOMER_MS = 3_000

/** Members that know the means and do not say how they vary around them are waited for no longer than this. */
export const STATISTICS_PATIENCE_MS = 30_000

/** A norm that vectors of statistics may have; beyond it, squares of float32 are no numbers. */
export const STATISTICS_MAXIMUM_NORM = 1e30

/**
 * Labels by which a peer is judged while it trains, at most: on so many a share is known within a percent. The test set of
 * a text has a hundred thousand, and judging by all of them would take longer than training.
 */
export const PROGRESS_LABELS = 10_000

/**
 * How long a partner is waited for, at least and at most, in milliseconds; in between, what exchanges took so far decides, see
 * `patience.ts`. The ceiling stands until enough was seen. Waiting too long holds up no training, only one of the few exchanges
 * that a peer takes part in at once; giving up too early costs what was on its way.
 */
export const PATIENCE = {
  /** A lost first packet of TCP is sent again after one second, and once more two seconds later. At most, a few round trips over a slow link. */
  dial: { floor: 4_000, ceiling: 10_000, furtherFrame: 0 },
  /** A partner may be collecting garbage, or putting a checkpoint together. */
  answer: { floor: 2_000, ceiling: 15_000, furtherFrame: 0 },
  /** As for an answer, and every frame is written down before it is answered. At most, 256 KiB each way at 140 kbit/s. */
  frame: { floor: 2_000, ceiling: 30_000, furtherFrame: 0 },
  /**
   * Longer than a frame that takes as long as it may. 256 KiB each way in five seconds are 0.8 Mbit/s: who is slower than
   * that is cut off before the model's end, and has made a shorter exchange.
   */
  whole: { floor: 10_000, ceiling: 60_000, furtherFrame: 5_000 },
} as const

/** Observations that are remembered of each kind: enough for a median that a third of strange ones does not move far. */
export const PATIENCE_OBSERVATIONS = 32

/** With fewer observations than this the ceiling stands: they do not say how much they vary. */
export const PATIENCE_FEWEST = 4

/** Deviations above the median at which something is no longer usual; of normally distributed times one in a thousand million. */
export const PATIENCE_DEVIATIONS = 6

/** What is left beyond that, for times that are not normally distributed, or have hardly varied so far. */
export const PATIENCE_MARGIN = 2

/** A partner's limits are doubled so often at most; four times take every floor to about its ceiling for a model of one frame. */
export const PATIENCE_DOUBLINGS = 8

/** Partners whose limits are doubled that are remembered; of more, those are forgotten that ran out longest ago. */
export const PATIENCE_PARTNERS = 1_000

/**
 * Frames of a piece, the unit in which a vector is fetched from several peers: 4 MiB, as much as a stream carries before its
 * reader has to say that it reads, so that asking for the next piece costs little beside its bytes; and all that is asked for
 * again where a peer dies in the middle.
 */
export const PIECE_FRAMES = 16

/** Peers from which one vector is fetched at once. Each costs a stream and the memory of a piece; more than a few share the same link. */
export const MAX_SOURCES = 4

/**
 * A piece that takes so many times longer than pieces did on average is asked of another peer as well. Two peers with equal
 * links may differ by half; three times is another link, or none.
 */
export const OVERDUE_PIECES = 3

/** So is a piece of which nothing came for so long: a frame takes no longer at 0.4 Mbit/s. */
export const STALLED_MS = 5_000

/** Of {@link MAX_SERVED_AT_ONCE}, for one peer: the one that it has, and the one before, which may not have ended here yet. */
export const MAX_SERVED_TO_ONE = 2

/**
 * How far apart peers may be that agree on what is current, in units of s = sqrt(Σ ‖x_i − x̄‖² / (n − 1)), the swarm's own
 * spread. Peers that differ independently of each other are √2 s apart; of peers that are evenly spread along a common way,
 * because they were heard at different moments, half lie within √3 s. Two camps that are each of one mind are √3 s apart or
 * more (one or two peers against two), up to 2 s. So it lies between √2 and √3.
 */
export const AGREEMENT_MARGIN = 1.7

/** Peers whose sketches are compared, drawn at random where there are more: what half of them say is what half of all say to 6 %. */
export const MAX_WITNESSES = 64

/** So long a newcomer waits for what peers announce next, before it fetches from them and after: three announcements. */
export const NEWS_PATIENCE_MS = 3_000

/** How often it looks whether they have: what they announced, or it has fetched, grows old meanwhile. */
export const NEWS_POLL_MS = 50

/**
 * What came of a vector that could not be fetched whole is kept so long: as long as a machine takes to restart, so that whoever
 * held the rest may come back. It takes the memory of a model.
 */
export const KEPT_MS = 120_000

/** With compression `auto`, exchanges that are remembered: what the network was before them counts for nothing. */
export const AUTO_REMEMBERED_EXCHANGES = 16

/**
 * With compression `auto`, exchanges before anything is picked, and after a change before there is another: the first one opens
 * connections, and among three it is not the one in the middle.
 */
export const AUTO_FEWEST_EXCHANGES = 3

/** By what share of the larger two exchanges must differ in bytes for their times to say what a byte takes. */
export const AUTO_OTHER_SIZE = 0.25

/** Round trips of an exchange: proposal and answer, first frame and its answer, the last decision and the word that it is applied. */
export const AUTO_ROUND_TRIPS = 3

/** A less lossy compression is taken up again where it would need no more than this of the time there is, so that nothing flaps. */
export const AUTO_COMFORT = 0.7

/**
 * A compression is not worth what it loses where without it an exchange takes no more than so many times as long as with the
 * most lossy one.
 */
export const AUTO_WORTHWHILE = 1.5

/** How often a peer that waits for others says so. */
export const WAITING_INTERVAL_MS = 10_000

/** A swarm that trains is heard of within an announcement; whoever may begin alone listens a little longer than that. */
export const LISTEN_MS = 1.5 * ANNOUNCE_INTERVAL_MS

/**
 * Whoever begins waits so long for those that it has counted to begin as well: about two announcements, in which they hear of each
 * other what it has heard. Without it, the quickest could be a hundred steps ahead before the last one has heard of enough.
 */
export const BEGIN_TOGETHER_MS = 2_000

/** A newcomer tries for so long to get the parameters of a swarm that trains, before it trains on what it has. */
export const CATCH_UP_MS = 30_000

/**
 * Members that still say that they train, so long after the swarm waits for nobody any more, hold up no seal. They stop at the same
 * moment, but for how differently they heard of it, and what their last steps take.
 */
export const OVERDUE_TRAINING_MS = 15_000

/** Longest run that is told of, 30 years: a bound on what a message may say, and nothing else. */
export const MAX_RUN_MS = 1e12

/** For so long nobody new was met, when a peer believes that it has heard of everybody: three announcements. */
export const MEMBERS_SETTLED_MS = 3_000

/** Two thirds: of all living members more than this share have to have chosen a seal for which a peer gives up steps that are not in it. */
export const OVERRULING_SHARE = 2 / 3

/**
 * Version of all that peers say to each other, apart from the recipe's message, which every version reads. It goes into protocol ids
 * and the topic, so that peers of different versions cannot mix, and is raised by whatever others would misunderstand. 1 is that of
 * hearsay 0.1.
 */
export const PROTOCOL_VERSION = 2

/** How often whoever waits for others looks whether they are still there: silence tells nobody. */
export const CONDITION_POLL_MS = 100

/**
 * More than this between two looks was this peer's own event loop, held up by a collection of garbage or a busy machine: what others sent
 * in the meantime has not been read yet, and they are not late.
 */
export const LONGEST_WAIT_MS = 2 * CONDITION_POLL_MS

/** Intervals and exchanges of which the usual length is known: enough for a median, few enough to follow a machine that gets slower. */
export const MEETING_OBSERVATIONS = 16

/** Until an exchange was measured, others are waited for this long: they compile their kernels and open their connections. */
export const FIRST_MEETING_MS = 3_000

/** Beside an interval, the exchanges' worth of time that a partner may usually keep others waiting: its own, and one before it. */
export const TOLERATED_EXCHANGES = 2

/** Of fewer intervals than this the median says nothing: the first compiles kernels, and one may fall into a collection of garbage. */
export const FEWEST_INTERVALS = 3

/** What timers and a busy event loop may take, whoever is waited for. */
export const LATENESS_FLOOR_MS = 10

/** Exchanges of which the usual length is known for each partner; fewer than the second say nothing, since the first opens a connection. */
export const LINK_OBSERVATIONS = 5
export const FEWEST_FLOWS = 2

/**
 * Whoever announces more than so many times this peer's interval is not waited for. Waiting for less is cheaper than what is lost where
 * peers that are about as quick as one another miss each other.
 */
export const TOLERATED_PACE = 1.5

/**
 * Before FEWEST_INTERVALS, so many times what others need is slow. A busy moment can make a step take several times as long; but a peer
 * that is a hundred times slower than the others would make its first interval for as long as they train.
 */
export const DOUBTFUL_PACE = 8

/** Nor is who was waited for in vain so many times in a row, until it comes. */
export const MISSED_MEETINGS = 3

/**
 * So many times what a partner may usually take, nobody waits once. In between lies what happens now and then, such as a collection of
 * garbage or a slow disk.
 */
export const MEETING_LIMIT = 4

/** Never less than this: a busy machine lets a thread wait so long now and then, and who is slow by its own account is not waited for at all. */
export const LEAST_MEETING_MS = 500

/**
 * Whoever has done its steps waits so long for what others say next, before it trains on for those that seem to be behind: two
 * announcements. To train on alone, beside others that have ended, would make of their model one of its own data.
 */
export const DONE_NEWS_MS = 2 * ANNOUNCE_INTERVAL_MS + ANNOUNCE_GAP_MS
