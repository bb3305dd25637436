import { prefixLogger } from '@libp2p/logger'

/** Says one line; `formatter` has `%s`, `%d`, `%o` and so on where the arguments go. */
export type Say = (formatter: string, ...given: unknown[]) => void

/** The part of libp2p's `Logger` that a peer itself uses. */
export interface Logger extends Say {
  /** For what went wrong. */
  readonly error: Say
  /** For what is said very often. */
  readonly trace: Say
  /** Whether anybody reads it: what is costly to say is not said otherwise. */
  readonly enabled: boolean
  /** The logger of a part of this part. */
  newScope(name: string): Logger
}

/** What libp2p logs through, too: a logger for each part of a peer. */
export interface ComponentLogger {
  /** The logger of one part, under its name. */
  forComponent(name: string): Logger
}

/** Writes to standard error what the environment variable `DEBUG` names: `hearsay:peer`, `hearsay:libp2p:*`, `hearsay:*`. */
export const defaultLogger: ComponentLogger = prefixLogger('hearsay')
