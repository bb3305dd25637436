/**
 * Rearranges `values[from … to − 1]` so that place `k` holds what would be there after sorting, nothing before it is larger
 * and nothing after it is smaller. Linear on average, where sorting is not: Hoare, "Algorithm 65: Find" (1961).
 *
 * @param k in [from, to)
 */
export function select(values: Float64Array, from: number, to: number, k: number): void {
  let low = from
  let high = to - 1
  while (high - low >= SORTED_AT_ONCE) {
    const pivot = middleOf(values[low], values[(low + high) >> 1], values[high])
    let i = low
    let j = high
    while (i <= j) {
      while (values[i] < pivot) i++
      while (pivot < values[j]) j--
      if (i <= j) swap(values, i++, j--)
    }
    if (k <= j) high = j
    else if (k >= i) low = i
    else return
  }
  insertionSort(values, low, high + 1)
}

/** Up to so many values insertion sort is quicker than another partition, and a peer seldom has more neighbours. */
const SORTED_AT_ONCE = 24

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}

function swap(values: Float64Array, i: number, j: number): void {
  const kept = values[i]
  values[i] = values[j]
  values[j] = kept
}

function insertionSort(values: Float64Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const value = values[i]
    let j = i
    for (; j > from && values[j - 1] > value; j--) values[j] = values[j - 1]
    values[j] = value
  }
}
