/**
 * A world of rooms. Every cell belongs to the region of one agent; `#` is a wall, `G` the goal. The regions hang together
 * in a chain, 1 – 2 – 3 – 4, by one door each, and the goal is in the last.
 */
const MAP = [
  '1111111#2222222',
  '1###1#1#2#222#2',
  '1#111#122#2#222',
  '1#1###1#222###2',
  '1111111#2222222',
  '##########3####',
  '4444444#3333333',
  '4###4#4#3#333#3',
  '4#G44#433#3#333',
  '4#4###4#333###3',
  '4444444#3333333',
]

export const ROWS = MAP.length
export const COLUMNS = MAP[0].length
export const REGIONS = 4

/** A cell is its row times {@link COLUMNS} plus its column. */
export type Cell = number

const symbolOf = (cell: Cell) => MAP[Math.floor(cell / COLUMNS)][cell % COLUMNS]
const all = Array.from({ length: ROWS * COLUMNS }, (_, cell) => cell)

export const isWall = (cell: Cell) => symbolOf(cell) === '#'
export const isGoal = (cell: Cell) => symbolOf(cell) === 'G'
export const inRegion = (cell: Cell, region: number) => symbolOf(cell) === String(region)

/** All cells from which the goal is to be reached. */
export const starts: readonly Cell[] = all.filter(cell => !isWall(cell) && !isGoal(cell))

export const MOVES = [
  { arrow: '↑', rows: -1, columns: 0 },
  { arrow: '→', rows: 0, columns: 1 },
  { arrow: '↓', rows: 1, columns: 0 },
  { arrow: '←', rows: 0, columns: -1 },
] as const

/** The cell that a move leads to; an agent that bumps into a wall stays. */
export function neighbour(cell: Cell, move: number): Cell {
  const row = Math.floor(cell / COLUMNS) + MOVES[move].rows
  const column = (cell % COLUMNS) + MOVES[move].columns
  const target = row * COLUMNS + column
  return MAP[row]?.[column] === undefined || isWall(target) ? cell : target
}
