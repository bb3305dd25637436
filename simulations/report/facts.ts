/**
 * A run and its outcome, in words.
 *
 * @packageDocumentation
 */

import type { RunResult } from '../result.ts'
import { describeConditions } from './conditions.ts'
import { isUndisturbed } from './disturbance.ts'
import { bytes, count, counted, magnitude, percent, seconds } from './figures.ts'

/** The run, in a sentence. */
export function whatWasRun({ recipe, peers, engine }: RunResult): string {
  const { averaging, model, objective } = recipe
  return `${counted(peers, 'peer')} ${DOING[objective.task](model)}, by the rule ${averaging.rule} over the topology ${averaging.topology}. ${BY_ENGINE[engine]}`
}

type Model = RunResult['recipe']['model']

const DOING: Readonly<Record<RunResult['recipe']['objective']['task'], (model: Model) => string>> = {
  classify: ({ name, classes }) => `learned one model (${name}) that tells ${classes} classes apart`,
  regress: ({ name, outputs = 1 }) =>
    `learned one model (${name}) that predicts ${outputs === 1 ? 'a measured value' : `${outputs} measured values`}`,
  language: ({ name }) => `learned one model of text (${name})`,
  consensus: ({ shape }) => `averaged vectors of ${counted(shape[0], 'number')}`,
  quadratic: ({ shape }) => `minimised the sum of their quadratics of ${counted(shape[0], 'variable')}`,
  'mean-estimation': ({ shape }) => `estimated a mean of ${counted(shape[0], 'number')} from noisy samples`,
}

const BY_ENGINE: Readonly<Record<RunResult['engine'], string>> = {
  matrix: 'Engine matrix: synchronous rounds over stacked parameters.',
  virtual: 'Engine virtual: the code of real peers on a virtual network and clock.',
  libp2p: 'Engine libp2p: real peers over real sockets of one machine.',
}

/** The outcome, in sentences. */
export function whatCameOut(result: RunResult): string[] {
  const { final, peers, sealed } = result
  const { merged, localAccuracy, localR2, localLoss, meanDrift } = final
  return [
    ...(merged?.accuracy == null || localAccuracy === null
      ? []
      : [
          `The merged model is right on ${percent(merged.accuracy)} of the test samples; the peers’ own models on ${percent(localAccuracy.mean)} on average, ` +
            `the worst on ${percent(localAccuracy.min)}, the best on ${percent(localAccuracy.max)}.`,
        ]),
    ...(merged?.r2 === undefined || merged.rmse === undefined || localR2 === undefined
      ? []
      : [
          `The merged model’s R² on the test samples is ${magnitude(merged.r2)}, and the root of its mean squared error ${magnitude(merged.rmse)}, in the units of the data; ` +
            `the peers’ own R² is ${magnitude(localR2.mean)} on average, ${magnitude(localR2.min)} at the worst, ${magnitude(localR2.max)} at the best.`,
        ]),
    ...(merged === null || merged.accuracy !== null || merged.r2 !== undefined
      ? []
      : [
          `The merged model’s loss is ${magnitude(merged.loss)}${localLoss === null ? '' : `, the peers’ own on average ${magnitude(localLoss)}`}.`,
        ]),
    `The peers are ${magnitude(final.consensusDistance)} apart, relative to the norm of their average.`,
    ...(meanDrift === null
      ? []
      : [
          `The average itself moved by ${magnitude(meanDrift)}${isUndisturbed(result) ? ', which should be rounding' : ''}.`,
        ]),
    `They sent ${bytes(final.bytesSent)} in ${counted(final.messages, 'message')}, ${bytes(final.bytesSent / peers)} each.`,
    ...(sealed ? ['All peers sealed on the same parameters.'] : []),
  ]
}

/** Why a run is not whole, where it is not. */
export function whatIsMissing({ partial, final, recipe }: RunResult): string | undefined {
  if (partial === undefined) return undefined
  return partial.reason === 'interrupted'
    ? `This run was interrupted after round ${count(final.round)}: what is here is valid as far as it goes.`
    : `This run diverged: in round ${count(partial.round)} the parameters of ${partial.peer} were not finite, or their norm was above ${magnitude(recipe.security.maximumNorm)} (security.maximumNorm). What is here is what came before.`
}

/** Tasks whose steps are made from samples. */
const IN_BATCHES: readonly string[] = ['classify', 'regress', 'language', 'mean-estimation']

/** The figures that decide a run, with what they are called. */
export function settings(result: RunResult): [name: string, value: string][] {
  const { recipe, recipeHash, seed, engine, peers, final, spectralGap, timing } = result
  const { averaging, exchange, model, objective, training } = recipe
  const trains = training.steps > 0
  return [
    ['peers', count(peers)],
    ['engine', engine],
    ['task', objective.task],
    ['model', model.name === 'vector' ? `vector of ${count(model.shape[0])}` : model.name],
    ['topology', averaging.topology],
    ['spectral gap of W', spectralGap === null ? 'not fixed, or not computed' : magnitude(spectralGap)],
    ['rule', averaging.rule],
    ['aggregator', averaging.aggregator],
    ['compression', exchange.compression],
    ...describeConditions(result.conditions),
    ...(trains
      ? ([
          ['local steps a round', String(exchange.localSteps)],
          ['local steps of a peer', count(training.steps)],
          ['optimizer', `${training.optimizer}, learning rate ${training.learningRate}`],
          ...(IN_BATCHES.includes(objective.task) ? [['batch', count(training.batch)] satisfies [string, string]] : []),
        ] satisfies [string, string][])
      : []),
    ['rounds', count(final.round)],
    [engine === 'libp2p' ? 'time' : 'simulated time', seconds(final.time)],
    ['took', seconds(timing.wallSeconds)],
    ...(trains
      ? ([['local steps a second', count(Math.round(timing.peerStepsPerSecond))]] satisfies [string, string][])
      : []),
    ['peak memory', bytes(timing.peakRssBytes)],
    ['seed', String(seed)],
    ['recipe', recipeHash],
    ['merged parameters', final.parametersHash],
  ]
}
