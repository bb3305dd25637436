import type { Check } from './check.ts'
import { aggregatorChecks } from './checks/aggregators.ts'
import { attackChecks } from './checks/attacks.ts'
import { gossipFactorChecks } from './checks/gossip-factors.ts'
import { mistakeChecks } from './checks/mistakes.ts'
import { mixingChecks } from './checks/mixing.ts'
import { objectiveChecks } from './checks/objective.ts'
import { privacyChecks } from './checks/privacy.ts'
import { teleportationChecks } from './checks/teleportation.ts'
import { topologyChecks } from './checks/topologies.ts'

/** All checks, in the order of the catalogue. A new file of checks is one line here. */
export const checks: readonly Check[] = [
  ...mixingChecks,
  ...topologyChecks,
  ...gossipFactorChecks,
  ...teleportationChecks,
  ...mistakeChecks,
  ...aggregatorChecks,
  ...attackChecks,
  ...privacyChecks,
  ...objectiveChecks,
]
