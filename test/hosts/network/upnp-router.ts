import { fileURLToPath } from 'node:url'
import { type LineProcess, startProgram } from '../../attacks/process-lines.ts'
import { within } from './commands.ts'
import type { Host, NetworkInterface } from './host.ts'
import type { World } from './world.ts'

const PROGRAM = fileURLToPath(new URL('../programs/upnp-router.ts', import.meta.url))
const START_MS = 20_000

export interface UpnpOptions {
  readonly router: Host
  readonly inside: NetworkInterface
  readonly outside: NetworkInterface
  /** What it says that its outer address is. Default: what it is. */
  readonly claims?: string
  /** The words with which it refuses whatever it is asked for. */
  readonly refusal?: string
}

/** Has a router open ports for those behind it. @returns what it says: `asked` by whom, `opened` and `closed` what */
export async function openPortsByUpnp(world: World, options: UpnpOptions): Promise<LineProcess> {
  const { router, inside, outside, claims = outside.address(), refusal } = options
  const args = [inside.address(), claims, outside.name, refusal].filter(each => each !== undefined)
  const program = world.holds(startProgram([PROGRAM, ...args], {}, within(router.namespace)))
  await program.said('listening', START_MS)
  return program
}
