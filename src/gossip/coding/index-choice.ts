import type { Range } from '../../parameters/range.ts'

/** Some elements of a frame, and where the bytes end that tell which. */
export interface Chosen {
  /** Their places in the frame, ascending. Valid until the next call. */
  readonly indices: Int32Array
  readonly bytes: number
}

/** How an initiator chooses the elements that it speaks of, and tells the other side which they are. */
export interface IndexChoice {
  /** Elements that are chosen of so many. */
  count(elements: number): number
  /** No telling which they are takes more, in bytes. */
  maximumBytes(elements: number): number
  /** @param own `[end − first]` */
  choose(range: Range, own: Float32Array, out: Uint8Array): Chosen
  /**
   * @param bytes which they are, and whatever comes after it
   * @throws CodecError for what {@link choose} does not write
   */
  read(elements: number, bytes: Uint8Array): Chosen
}
