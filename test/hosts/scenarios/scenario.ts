import type { Row } from '../../accept/row.ts'

/** Something that happens to peers on hosts, and what is asked of them. */
export interface Scenario {
  readonly about: string
  readonly run: () => Promise<readonly Row[]>
}
