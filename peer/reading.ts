import type { Output } from './output.ts'
import { type Progress, showProgress } from './progress.ts'
import { bytes } from './words.ts'

/** Files that are read within a moment need no bar. */
const LEAST_BYTES = 16e6

/** Shows how far a large file was read. */
export function reportReading(
  out: Output,
  file: string,
): { readonly onProgress: (read: number, of: number | undefined) => void; readonly end: () => void } {
  let progress: Progress | undefined
  return {
    onProgress(read, of) {
      if (of === undefined || of < LEAST_BYTES) return
      progress ??= showProgress(out, `reading ${file}`)
      progress.update({ share: read / of, facts: [`${bytes(read)} of ${bytes(of)}`] })
    },
    end: () => progress?.end(),
  }
}
