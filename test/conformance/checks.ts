import type { Check } from './check.ts'
import { aggregatorChecks } from './checks/aggregators.ts'
import { attackChecks } from './checks/attacks.ts'
import { compressionChecks } from './checks/compression.ts'
import { dpsgdChecks } from './checks/dpsgd.ts'
import { gossipFactorChecks } from './checks/gossip-factors.ts'
import { gossipLearningChecks } from './checks/gossip-learning.ts'
import { heterogeneityChecks } from './checks/heterogeneity.ts'
import { heterogeneousDigitChecks } from './checks/heterogeneous-digits.ts'
import { mistakeChecks } from './checks/mistakes.ts'
import { mixingChecks } from './checks/mixing.ts'
import { objectiveChecks } from './checks/objective.ts'
import { outerOptimiserChecks } from './checks/outer-optimisers.ts'
import { privacyChecks } from './checks/privacy.ts'
import { pushSumChecks } from './checks/push-sum.ts'
import { relaysumChecks } from './checks/relaysum.ts'
import { teleportationChecks } from './checks/teleportation.ts'
import { topologyChecks } from './checks/topologies.ts'

/** All checks, in the order of the catalogue. A new file of checks is one line here. */
export const checks: readonly Check[] = [
  ...mixingChecks,
  ...topologyChecks,
  ...gossipFactorChecks,
  ...teleportationChecks,
  ...pushSumChecks,
  ...relaysumChecks,
  ...dpsgdChecks,
  ...heterogeneityChecks,
  ...mistakeChecks,
  ...gossipLearningChecks,
  ...compressionChecks,
  ...outerOptimiserChecks,
  ...aggregatorChecks,
  ...attackChecks,
  ...privacyChecks,
  ...objectiveChecks,
  ...heterogeneousDigitChecks,
]
