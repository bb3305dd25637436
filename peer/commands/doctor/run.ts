import { backendNames, chooseBackend } from '../../../src/public/models.ts'
import { DONE, FAILED } from '../../exit-codes.ts'
import { onInterruption } from '../../interruption.ts'
import { createOutput } from '../../output.ts'
import { type Check, type Diagnosis, diagnose } from './check.ts'
import { drawDiagnoses } from './draw-diagnoses.ts'
import { type DoctorFlags, requireNoTargetFlags } from './flags.ts'
import { backend, clock, node, port } from './machine-checks.ts'
import { discovery, exchange } from './network-checks.ts'
import { runTargetChecks } from './target.ts'

/** It comes with hearsay, works wherever Node does, and virtual swarms use no other. */
const NEEDED_BACKEND = 'wasm'

// A new check is one entry here, with what to do where it fails in a way that it did not foresee.
const CHECKS: readonly (readonly [Check, advice: string])[] = [
  [node, 'install a newer Node.js'],
  ...backendNames.map(name => [backend(name, name === NEEDED_BACKEND), 'choose another with --backend'] as const),
  [port, 'see whether a firewall or a sandbox forbids listening'],
  [exchange, 'see whether loopback is up, and whether a firewall forbids connections on this machine'],
  [discovery, 'not needed: tell peers of each other with --connect MULTIADDR'],
  [clock, 'set the clock'],
]

/** @returns the exit code */
export async function runDoctor(recipeFile: string | undefined, flags: DoctorFlags): Promise<number> {
  if (flags.connect !== undefined) return await runTargetChecks(flags.connect, recipeFile, flags)
  requireNoTargetFlags(recipeFile, flags)
  const out = createOutput(flags)
  const signal = onInterruption(out.say)
  const results: { name: string; diagnosis: Diagnosis }[] = []
  // One after the other: they would slow each other down and blame the machine.
  for (const [check, advice] of CHECKS) {
    out.say(`trying ${check.name}…`)
    const diagnosis = await diagnose(check, advice, signal)
    signal.throwIfAborted()
    results.push({ name: check.name, diagnosis })
  }
  const ok = results.every(({ diagnosis }) => diagnosis.outcome !== 'failed')
  const { name: best } = await chooseBackend('auto')
  out.jsonDocument({ ok, backend: best, checks: results.map(({ name, diagnosis }) => ({ name, ...diagnosis })) })
  const verdict = ok ? 'Everything that hearsay needs works here.' : 'Something that hearsay needs does not work here.'
  out.show(
    `\n${drawDiagnoses(results)}\n\n  ${verdict}\n  Peers compute with ${best}, unless --backend names another.\n`,
  )
  return ok ? DONE : FAILED
}
