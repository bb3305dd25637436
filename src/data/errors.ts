import { UsageError } from '../errors.ts'

/** The text that names a data source, or what was asked of it, cannot be understood. */
export class SourceError extends UsageError {
  override readonly name = 'SourceError'
}

/** A data file is missing, unreadable or malformed. The message names the file and the place in it. */
export class DataFileError extends UsageError {
  override readonly name = 'DataFileError'
}

/** The text that names a partition cannot be understood, or the samples cannot be dealt to so many peers. */
export class PartitionError extends UsageError {
  override readonly name = 'PartitionError'
}
