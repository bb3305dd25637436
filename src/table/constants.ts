/**
 * Bounds of what a table may be, each with its reason.
 *
 * @packageDocumentation
 */

/**
 * Texts that stand for a missing value where nobody says otherwise, in any case of letters: what pandas, R, data bases, Excel and the UCI
 * repository write.
 */
export const MISSING_MARKS = ['NA', 'N/A', '<NA>', '#N/A', 'NaN', 'NaT', 'null', 'None', '\\N', '?'] as const

/** A label of at most so many distinct whole numbers means classes, of more a measured quantity. */
export const MOST_NUMBERED_CLASSES = 20

/** More distinct labels than this are no classes (ImageNet, the usual largest, has 1,000). */
export const MAXIMUM_CLASSES = 1_000

/** Text of more distinct values than this is no category by itself, but names, notes or ids; a column that is asked for may have more. */
export const MOST_CATEGORIES = 100

/** The values that a category may have where its column is asked for by name: each is a feature, and a weight in every unit. */
export const MAXIMUM_CATEGORIES = 1_000

/**
 * Rows of a value below which a site's schema does not list it, unless asked: the usual threshold of statistical offices, under which a cell of
 * a table may tell of a person.
 */
export const RARE_ROWS = 5

/** Distinct values that are remembered of a column, to know whether all differ; past them, a column that never repeated is taken for an id. */
export const MOST_REMEMBERED = 2 ** 20

/** An id may repeat by mistake: a column that is named like one is one where at least this share of its values differ. */
export const ID_SHARE = 0.9

/** Where at least this share of a column are numbers (or days) and the others are not, these are taken for mistakes. */
export const NEARLY_ALL = 0.9

/** Where at least this share are, and the others say few different things, these are taken for marks of missing values. */
export const MOST_OF_THEM = 0.5

/** Different texts that may be marks of missing values; codes, of which some are numbers, have many. */
export const FEW_TEXTS = 5

/** Rows that a problem names; the others are counted. */
export const ROWS_NAMED = 3

/** Problems of one file that are told at once. */
export const MOST_PROBLEMS = 20
