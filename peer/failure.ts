/**
 * A failure without anybody's mistake, before or after the library: one line. Ends with exit code 1, as the library's `HearsayError` does.
 */
export class Failure extends Error {
  override readonly name = 'Failure'
}
