/** A process that revokes, in the state that it is given, whom it is given. */

import { revoke } from '../../../src/public/members.ts'

const [state, whom] = process.argv.slice(2)
await revoke({ state, whom })
