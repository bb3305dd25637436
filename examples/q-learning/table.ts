import { type Cell, COLUMNS, isGoal, isWall, MOVES, neighbour, ROWS, starts } from './world.ts'

/** `[rows, columns, moves]`, flat: what each move is worth in each cell. */
export type Table = Float32Array

export const TABLE_SHAPE = [ROWS, COLUMNS, MOVES.length]
export const TABLE_LENGTH = ROWS * COLUMNS * MOVES.length

/** The value of the goal one move earlier. Paths have up to 50 moves, and 0.97⁵⁰ is still a fifth. */
export const DISCOUNT = 0.97

/** The index in the table of a move from a cell. */
export const entry = (cell: Cell, move: number) => cell * MOVES.length + move

/** The observed value of a move: 1 at the goal, else the value of the best move from where it leads to, discounted. */
export function target(table: Table, cell: Cell, move: number): number {
  const next = neighbour(cell, move)
  return isGoal(next) ? 1 : DISCOUNT * table[entry(next, best(table, next))]
}

/** The move that looks best; the first of several. */
export function best(table: Table, cell: Cell): number {
  let found = 0
  for (let move = 1; move < MOVES.length; move++) {
    if (table[entry(cell, move)] > table[entry(cell, found)]) found = move
  }
  return found
}

/** The cells from which always taking the best move leads to the goal. */
export function solved(table: Table): ReadonlySet<Cell> {
  return new Set(
    starts.filter(start => {
      let cell = start
      for (let moves = 0; moves < starts.length; moves++) {
        cell = neighbour(cell, best(table, cell))
        if (isGoal(cell)) return true
      }
      return false
    }),
  )
}

/** The map with the best move of each cell; `·` where it does not lead to the goal. */
export function draw(table: Table): string {
  const reached = solved(table)
  const symbol = (cell: Cell) => {
    if (isWall(cell)) return '█'
    if (isGoal(cell)) return 'G'
    return reached.has(cell) ? MOVES[best(table, cell)].arrow : '·'
  }
  return Array.from({ length: ROWS }, (_row, row) =>
    Array.from({ length: COLUMNS }, (_column, column) => symbol(row * COLUMNS + column)).join(' '),
  ).join('\n')
}
