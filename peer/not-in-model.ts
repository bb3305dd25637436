/**
 * Everything ended in order, and the data are in no model that others agreed on: one line, what is missing and what to do.
 * Ends with exit code 3.
 */
export class NotInModel extends Error {
  override readonly name = 'NotInModel'
}
