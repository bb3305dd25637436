import type { EventDetail, EventName } from '../src/index.ts'
import type { Output } from './output.ts'

/** With `--json`: tells programs of an event, now. */
export function tellEvent<Name extends EventName>(out: Output, event: Name, detail: EventDetail<Name>): void {
  out.jsonLine({ event, time: new Date().toISOString(), ...detail })
}
