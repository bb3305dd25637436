/** Elements `first` (inclusive) to `end` (exclusive) of a vector. */
export interface Range {
  readonly first: number
  readonly end: number
}
