import { MAX_SHOWN_CHARACTERS } from './constants.ts'

/** Text of another peer's making, fit for a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '\ufffd').slice(0, MAX_SHOWN_CHARACTERS)
}
