/**
 * The root of every error that hearsay throws on purpose. Each failure has its own class with a stable `name`, so that a
 * program can tell them apart, and a message written for the person who has to act on it.
 */
export class HearsayError extends Error {
  override readonly name: string = 'HearsayError'
}

/** The user asked for something that cannot be: a wrong flag, recipe, file or address. The command line exits with 2. */
export class UsageError extends HearsayError {
  override readonly name: string = 'UsageError'
}
