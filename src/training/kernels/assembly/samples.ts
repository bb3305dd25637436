/**
 * Finds the samples of a batch: where each begins, and its label.
 *
 * @param indices int32 `[count]`
 * @param inputs where the first sample begins; the next is `step` bytes further
 * @param labels int32, of all samples
 * @param rows int32 `[count]`: addresses are written here
 * @param batchLabels int32 `[count]`: labels are written here
 */
export function findSamples(
  indices: usize,
  count: i32,
  inputs: usize,
  step: usize,
  labels: usize,
  rows: usize,
  batchLabels: usize,
): void {
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 4) {
    const index = <usize>i32.load(indices + at)
    i32.store(rows + at, <i32>(inputs + index * step))
    i32.store(batchLabels + at, i32.load(labels + (index << 2)))
  }
}

/**
 * Finds the lists of nonzero numbers of a batch's samples.
 *
 * @param lists int32, of all samples: where each one's list begins, and that of the one before ends
 * @param batchLists int32 `[count, 2]`: where each begins and ends is written here
 */
export function findLists(indices: usize, count: i32, lists: usize, batchLists: usize): void {
  for (const end = indices + ((<usize>count) << 2); indices < end; indices += 4) {
    i64.store(batchLists, i64.load(lists + ((<usize>i32.load(indices)) << 2)))
    batchLists += 8
  }
}

/** Copies the values of a batch's samples to where they lie one after the other: `bytes` for each. */
export function findValues(indices: usize, count: i32, values: usize, bytes: usize, batchValues: usize): void {
  for (const end = indices + ((<usize>count) << 2); indices < end; indices += 4) {
    memory.copy(batchValues, values + <usize>i32.load(indices) * bytes, bytes)
    batchValues += bytes
  }
}

/** Copies rows of `bytes`, which lie anywhere, to where they lie one after the other. @param rows int32: their addresses */
export function copyRows(rows: usize, count: i32, bytes: usize, to: usize): void {
  for (const end = rows + ((<usize>count) << 2); rows < end; rows += 4) {
    memory.copy(to, <usize>i32.load(rows), bytes)
    to += bytes
  }
}
