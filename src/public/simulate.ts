/**
 * `hearsay/simulate`: swarms of any size on one machine, simulated or real; sweeps over their options; reports.
 *
 * @example
 * ```ts
 * import type { RecipeInput } from 'hearsay'
 * import { simulateRounds } from 'hearsay/simulate'
 *
 * const recipe: RecipeInput = {
 *   objective: { task: 'consensus' },
 *   model: { name: 'vector', shape: [100], classes: 0 },
 *   averaging: { rule: 'dpsgd', topology: 'torus' },
 *   training: { steps: 0 },
 * }
 * for await (const round of simulateRounds({ engine: 'matrix', recipe, peers: 1000, rounds: 50, seed: 1 })) {
 *   console.log(round.round, round.consensusDistance)
 * }
 * ```
 *
 * @packageDocumentation
 */

export type {
  Bandwidth,
  Byzantine,
  ChurnEvent,
  EngineName,
  NetworkSplit,
  Stragglers,
} from '../../simulations/environment.ts'
export { fixedLinks, type PeerLink } from '../../simulations/links.ts'
export type { RunStart, SimulatedExchange, SimulationOptions } from '../../simulations/options.ts'
export type { Gpus } from '../../simulations/placement.ts'
export { DamagedResultError, isOfRecipe, parseResult } from '../../simulations/read-result.ts'
export { type AgreementSlope, agreementSlope, type Point } from '../../simulations/report/agreement-slope.ts'
export { type FigureInput, renderFigure } from '../../simulations/report/figure.ts'
export { quantityNames } from '../../simulations/report/quantities.ts'
export { type ReportInput, renderReport } from '../../simulations/report/report.ts'
export { roundsAsCsv } from '../../simulations/report/rounds-csv.ts'
export { renderSweepReport, type SweepReportInput } from '../../simulations/report/sweep-report.ts'
export { trajectoriesAsCsv } from '../../simulations/report/trajectories-csv.ts'
export type { PeerResult, RoundResult, RunConditions, RunResult, Spread } from '../../simulations/result.ts'
export type { ResultDocument, WrittenResult } from '../../simulations/result-document.ts'
export {
  type Expectation,
  findScenario,
  judge,
  type Scenario,
  scenarioNames,
  type Verdict,
} from '../../simulations/scenario.ts'
export { simulate } from '../../simulations/simulate.ts'
export { simulateRounds } from '../../simulations/simulate-rounds.ts'
export { runSwarm } from '../../simulations/swarm.ts'
export type { SwarmOptions } from '../../simulations/swarm-options.ts'
export { type KeptResults, keepResultsIn } from '../../simulations/sweep/kept-results.ts'
export { type SweepOutcome, statusOf } from '../../simulations/sweep/outcome.ts'
export { outcomesAsCsv } from '../../simulations/sweep/outcomes-csv.ts'
export { argumentsOf, type PointFlags, type SweepPoint } from '../../simulations/sweep/point.ts'
export { type ReadyRun, runSweep, type SweepOptions } from '../../simulations/sweep/run-sweep.ts'
export { parseSweep } from '../../simulations/sweep/sweep-file.ts'
export { parseChurnTrace } from '../../simulations/virtual/churn-trace.ts'
export { parsePartition } from '../data/partition.ts'
export type { Partition } from '../data/partitions/partition.ts'
