/**
 * `hearsay doctor --connect`: the way to a peer, stage by stage.
 *
 * @packageDocumentation
 */

import type { Recipe } from '../../../src/index.ts'
import type { StageFailure, StageName } from '../../../src/public/network.ts'
import { DONE, FAILED } from '../../exit-codes.ts'
import { onInterruption } from '../../interruption.ts'
import { createOutput } from '../../output.ts'
import { readPass } from '../../pass.ts'
import { readRecipe } from '../../recipe-file.ts'
import { commandLine } from '../../shell-words.ts'
import type { Diagnosis } from './check.ts'
import { drawDiagnoses } from './draw-diagnoses.ts'
import type { DoctorFlags } from './flags.ts'

/** What to do next where a stage fails. */
const REMEDIES: Readonly<Record<StageFailure, string>> = {
  'no name': 'see whether the name is spelled right, and whether this machine has a DNS server; or give the IP address',
  'no route':
    'this machine has no way to such an address: is its network up, and does it have IPv6 where the address is of IPv6? A peer of a private network is ' +
    'reached from inside of it only',
  refused:
    'the machine is there, and no peer listens on this port: is it running, and is the port that of its --listen? Without --listen it is another at every start',
  silent:
    'nothing comes back: a firewall drops it, the peer is behind a router that hands on no port to it (NAT), or the machine is off. There: open the TCP port ' +
    'of --listen, or have the router hand it on (--upnp asks it to); or let that peer connect to this one',
  unreachable:
    'the machine is off, or in another network than this address says: take the address that the peer prints now',
  closed:
    'the connection ended before a handshake did: the peer there is stopping or overrun, or something between the two cuts what it does not know; try again',
  'other program': 'another program has this port: take the address that the peer prints now',
  'other peer':
    'the peer that the address names has moved, or has a new identity: take the address that it prints now, and start it with --state so that it keeps its id',
  'no hearsay': 'is it a peer of hearsay? If so, upgrade hearsay there',
  'other version': 'upgrade hearsay on the older of the two',
  'no pass': 'give what lets this peer in with --invite, or the folder that keeps it with --state',
  'refused there':
    'ask whoever invites for a new invitation, and give it with --invite; look at both clocks if it should still hold',
  'refused here': 'it is no member of the swarm that this recipe and this invitation are of: is it the right peer?',
  'other recipe': 'start both with the same recipe; hearsay inspect RECIPE shows what one says',
}

const WITHOUT_RECIPE = 'without RECIPE the one that is built in was tried: give that of the swarm'

/** @returns the exit code */
export async function runTargetChecks(
  address: string,
  recipeFile: string | undefined,
  flags: DoctorFlags,
): Promise<number> {
  const out = createOutput(flags)
  const signal = onInterruption(out.say)
  const recipe: Recipe | undefined = recipeFile === undefined ? undefined : await readRecipe(recipeFile)
  const pass = flags.invite === undefined ? undefined : await readPass('--invite', flags.invite)
  const { STAGES, tryTarget } = await import('../../../src/public/network.ts')

  const results: { name: StageName; diagnosis: Diagnosis }[] = []
  out.say(`trying ${address}…`)
  const options = { address, recipe, invitation: pass?.text, state: flags.state, signal }
  for await (const { name, failure, found } of tryTarget(options)) {
    const knocked = name === 'noise' && recipeFile === undefined ? '; knocked with the built-in recipe' : ''
    const said = `${found}${failure === undefined ? knocked : ''}`
    const lacksRecipe = failure === 'other recipe' && recipeFile === undefined
    results.push({
      name,
      diagnosis:
        failure === undefined
          ? { outcome: 'ok', found: said }
          : { outcome: 'failed', found: said, advice: lacksRecipe ? WITHOUT_RECIPE : REMEDIES[failure] },
    })
  }
  signal.throwIfAborted()
  const failed = results.find(({ diagnosis }) => diagnosis.outcome === 'failed')
  const ok = failed === undefined
  // Stages that nobody came to are told, too: else it would look as if they were well.
  const untried = STAGES.filter(stage => !results.some(({ name }) => name === stage))
  out.jsonDocument({
    ok,
    target: address,
    checks: results.map(({ name, diagnosis }) => ({ name, ...diagnosis })),
    untried,
  })
  const left = untried.length === 0 ? '' : `  Not tried: ${untried.join(', ')}.\n`
  const verdict = ok
    ? `A peer here reaches it:\n  ${commandFor(address, recipeFile, flags)}`
    : `It fails at ${failed.name}.`
  out.show(`\n${drawDiagnoses(results)}\n\n  ${verdict}\n${left}`)
  return ok ? DONE : FAILED
}

/** How a peer is started that takes this way. */
function commandFor(address: string, recipeFile: string | undefined, { state, invite }: DoctorFlags): string {
  const recipe = recipeFile === undefined ? [] : [recipeFile]
  const kept = state === undefined ? [] : ['--state', state]
  const pass = invite === undefined ? [] : ['--invite', invite]
  return commandLine(['peer', ...recipe, '--connect', address, ...kept, ...pass])
}
