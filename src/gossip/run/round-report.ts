import { valueErrorsOf } from '../../training/trainer.ts'
import type { Events } from '../events.ts'
import type { Membership } from '../membership/membership.ts'
import type { Interval } from '../pace/interval.ts'
import type { Evaluation, Network } from '../ports.ts'
import type { Choice } from '../seal/choice.ts'
import type { Replica } from '../state/replica.ts'

/** Tells the program that runs the peer how training goes. */
export type RoundReport = (training: {
  readonly loss: number
  readonly evaluation: Evaluation
  readonly samplesPerSecond: number
}) => void

export interface RoundReportOptions {
  readonly replica: Replica
  readonly interval: Interval
  readonly choice: Pick<Choice, 'estimate'>
  readonly membership: Membership
  readonly network: Pick<Network, 'traffic'>
  readonly events: Pick<Events, 'emit'>
}

export function createRoundReport(options: RoundReportOptions): RoundReport {
  const { replica, interval, choice, membership, network, events } = options
  return ({ loss, evaluation, samplesPerSecond }) =>
    events.emit('round', {
      step: replica.step,
      age: replica.age,
      loss,
      accuracy: Number.isNaN(evaluation.accuracy) ? null : evaluation.accuracy,
      ...valueErrorsOf(evaluation),
      samplesPerSecond,
      localSteps: interval.steps(),
      consensusDistance: choice.estimate(),
      peers: membership.alive().length,
      ...network.traffic(),
    })
}
