/** What a file turned out to be: the same for a program and for people. */
export interface Finding {
  /** With a `kind` that says what the file is. */
  readonly json: { readonly kind: string }
  readonly text: string
  /** What shows that the content is not what was written. */
  readonly damage?: string
}
