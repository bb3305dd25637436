/**
 * The report of an acceptance item: for each line of an issue what was asked, what was measured, and whether that is enough.
 *
 * @packageDocumentation
 */

export interface Row {
  readonly asked: string
  /** Figures, as a sentence. */
  readonly measured: string
  readonly passed: boolean
}

export interface ItemOptions {
  /** How many seeds to run. */
  readonly seeds: number
  /** The first of them. Default: the item's own. */
  readonly first?: number
  /** Called with each row as soon as it is known. */
  readonly onRow?: (row: Row) => void
  /** Logs everything that happens, where the item can tell. */
  readonly log?: (line: string) => void
}

/** One of an issue's acceptance lines, or several that are measured together. */
export interface Item {
  /** The name by which it is chosen on the command line, beside its number. */
  readonly name: string
  readonly about: string
  /** Seeds that it takes where nobody says how many. */
  readonly seeds: number
  readonly run: (options: ItemOptions) => Promise<readonly Row[]>
}

/** Collects rows, and tells each. */
export function createRows({ onRow }: Pick<ItemOptions, 'onRow'>): { add(row: Row): void; all(): readonly Row[] } {
  const rows: Row[] = []
  return {
    add(row) {
      rows.push(row)
      onRow?.(row)
    },
    all: () => rows,
  }
}

/** The seeds of an item, from its first one. */
export function seedsOf({ seeds, first }: ItemOptions, from = 1): readonly number[] {
  return Array.from({ length: seeds }, (_, i) => (first ?? from) + i)
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The last lines of what a program said, in one. */
export function lastLines(text: string, count = 3): string {
  return text.trim().split('\n').slice(-count).join(' | ')
}
