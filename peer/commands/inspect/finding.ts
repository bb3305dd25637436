import type { RunResult } from '../../../src/index.ts'

/** The content of a file that was inspected: the same for a program and for people. */
export interface Finding {
  /** With a `kind` that says what the file is. */
  readonly json: { readonly kind: string }
  readonly text: string
  /** The run that a result is of, to be played back. */
  readonly run?: RunResult
  /** The evidence that the content is not what was written. */
  readonly damage?: string
}
