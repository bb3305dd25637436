/** Copies stretches of `bytes` each, which lie `fromStep` apart, to where they lie `toStep` apart. */
export function copyRuns(from: usize, fromStep: usize, to: usize, toStep: usize, bytes: usize, runs: i32): void {
  for (let run = 0; run < runs; run++) {
    memory.copy(to, from, bytes)
    from += fromStep
    to += toStep
  }
}
