/** The samples of each class that occurs, in order of the labels. */
export function samplesByClass(labels: Int32Array): number[][] {
  const classes = new Map<number, number[]>()
  labels.forEach((label, sample) => {
    const samples = classes.get(label)
    if (samples === undefined) classes.set(label, [sample])
    else samples.push(sample)
  })
  return [...classes].sort(([a], [b]) => a - b).map(([, samples]) => samples)
}
