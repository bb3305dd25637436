import type { Dataset } from '../../src/data/dataset.ts'

const TEXT = 'the quick brown fox jumps over the lazy dog; '

/** Sequences of `context` characters from a text that says the same again and again, each with its successors as labels. */
export function poem(context: number, length = 1_000): Dataset {
  const classNames = [...new Set(TEXT)].sort()
  const characters = Array.from(TEXT.repeat(Math.ceil(length / TEXT.length)).slice(0, length), character =>
    classNames.indexOf(character),
  )
  const samples = Math.floor((characters.length - 1) / context)
  return {
    name: 'poem',
    inputs: Float32Array.from(characters.slice(0, samples * context)),
    labels: Int32Array.from(characters.slice(1, samples * context + 1)),
    shape: [context],
    classes: classNames.length,
    classNames,
    targets: context,
  }
}
