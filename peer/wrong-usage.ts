/**
 * A mistake that the command line itself finds, before the library is loaded: one line, what was wrong and what is accepted. Ends with exit
 * code 2, as the library's `UsageError` does.
 */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}
