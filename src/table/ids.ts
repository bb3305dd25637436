/** Names under which ids and row numbers go: of pandas, R, data bases. */
const ID_NAME = /^(?:|id|uuid|guid|key|index|row|rownames?|nr|#|unnamed: \d+)$|[ _-](?:id|uuid|guid)$/i
const CAMEL_CASE_ID = /[a-z]I[dD]$/

/** Whether a column is named like one that tells which row it is, and nothing else of it. */
export function isNamedLikeId(name: string): boolean {
  return ID_NAME.test(name) || CAMEL_CASE_ID.test(name)
}
