import { quote } from '../../table/words.ts'
/** How a message names a column, counted from 0 here and from 1 there: `column 2 ("age")`. */
export function columnName(name: string, column: number): string {
  const numbered = `column ${column + 1}`
  return name === '' || name === numbered ? numbered : `${numbered} (${quote(name)})`
}
