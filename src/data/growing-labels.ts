/** Labels that come one by one, nobody knows how many, outside of the heap of JavaScript. */
export interface GrowingLabels {
  readonly length: number
  push(label: number): void
  /** A copy of all. */
  toArray(): Int32Array<ArrayBuffer>
}

export function createGrowingLabels(): GrowingLabels {
  let labels = new Int32Array(1_024)
  let length = 0
  return {
    get length() {
      return length
    },
    push(label) {
      if (length === labels.length) {
        const larger = new Int32Array(2 * length)
        larger.set(labels)
        labels = larger
      }
      labels[length++] = label
    },
    toArray: () => labels.slice(0, length),
  }
}
