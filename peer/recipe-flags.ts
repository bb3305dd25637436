import { Option } from 'commander'
import { formsOf, LOSSES, MEMBERSHIPS, TASKS } from '../src/catalogue.ts'
import type { Recipe, RecipeInput } from '../src/index.ts'
import { belowOne, factor, localSteps, notNegative, positive, share, wholeNumber } from './flag-values.ts'

type Training = Recipe['training']

/** Tasks in which a model learns from data. */
export type LearningTask = Extract<Recipe['objective']['task'], 'classify' | 'regress' | 'language'>

/** The flags that override fields of the recipe, for commands that make up a swarm of their own. */
export interface RecipeFlags {
  readonly model?: string
  readonly objectiveLoss?: Recipe['objective']['loss']
  readonly topology?: string
  readonly rule?: string
  readonly aggregator?: string
  readonly compression?: string
  readonly fragments?: number
  readonly optimizer?: Training['optimizer']
  readonly learningRate?: number
  readonly momentum?: number
  readonly beta2?: number
  readonly weightDecay?: number
  readonly clipNorm?: number
  readonly schedule?: Training['schedule']
  readonly warmupSteps?: number
  readonly finalShare?: number
  readonly classWeights?: Training['classWeights']
  readonly batch?: number
  readonly steps?: number
  readonly localSteps?: number | 'auto'
  readonly weights?: Recipe['averaging']['weights']
  readonly consensusDistance?: number
  readonly standardise?: boolean
  readonly minPeers?: number
  readonly patience?: number
  readonly maximumNorm?: number
}

/** The task of a swarm that learns from data, for commands that can do nothing else. Made anew for each command. */
export function learningTaskOption(): Option {
  const { classify, regress, language } = TASKS
  return new Option('--task <TASK>', 'what the swarm does (default: by the data)').choices(
    Object.keys({ classify, regress, language }),
  )
}

/** Made anew for each command, since an option belongs to one. */
export function recipeOptions(): Option[] {
  return [
    new Option('--model <MODEL>', 'what is trained'),
    new Option('--objective-loss <NAME>', 'what a wrong value costs, in a regression (default: "squared")').choices(
      formsOf(LOSSES),
    ),
    new Option('--class-weights <HOW>', 'how much a class counts: balanced makes rare ones count as much').choices([
      'balanced',
    ]),
    new Option('--topology <T>', 'who averages with whom'),
    new Option('--rule <A>', 'how they average'),
    new Option('--aggregator <G>', 'how what several peers say becomes one (default: "mean")'),
    new Option('--optimizer <NAME>', 'how a local step is made').choices(['sgd', 'adam', 'adamw']),
    new Option('--learning-rate <F>', 'of the optimizer').argParser(positive),
    new Option('--momentum <F>', 'of sgd').argParser(belowOne),
    new Option('--beta2 <F>', 'of adam and adamw: how long squared gradients are remembered').argParser(belowOne),
    new Option('--weight-decay <F>', 'how fast weights shrink').argParser(notNegative),
    new Option('--clip-norm <F>', 'largest norm of a gradient').argParser(positive),
    new Option('--schedule <NAME>', 'how the learning rate falls').choices(['constant', 'cosine', 'linear']),
    new Option('--warmup-steps <N>', 'steps over which the learning rate rises').argParser(wholeNumber(0)),
    new Option('--final-share <F>', 'of the learning rate, what cosine and linear leave').argParser(share),
    new Option('--batch <B>', 'samples in a local step').argParser(wholeNumber(1)),
    new Option('--steps <N>', 'local steps after which a peer stops training').argParser(wholeNumber(0)),
    new Option(
      '--steps-per-exchange, --local-steps <H>',
      'local steps between two exchanges; auto measures what fits',
    ).argParser(localSteps),
    new Option('--standardise', 'scale features by means and deviations that the peers agree on (default of tables)'),
    new Option('--no-standardise', 'take features as they are, as models that look them up need them'),
    new Option('--compression <C>', 'how parameters travel while they are trained (default: "none")'),
    new Option('--fragments <N>', 'cut the parameters into N, of which an exchange carries one').argParser(
      wholeNumber(1),
    ),
    new Option('--weights <W>', 'whose parameters count how much: all alike, or by samples').choices([
      'equal',
      'samples',
    ]),
    new Option('--consensus-distance <D>', 'how close peers must be to agree, relative').argParser(positive),
    new Option('--min-peers <N>', 'members with data that must be there before anybody trains (default: 2)').argParser(
      wholeNumber(1),
    ),
    new Option('--patience <F>', 'others may take F times as long to train as the quicker half (default: 2)').argParser(
      factor,
    ),
    new Option('--maximum-norm <F>', 'parameters of a larger norm are not merged').argParser(positive),
  ]
}

/** Who may be a member, for the one command that founds swarms. */
export interface MembershipFlags {
  readonly membership?: Recipe['security']['membership']
  readonly guestsInvite?: true
}

/** Made anew for each command, since an option belongs to one. */
export function membershipOptions(): Option[] {
  return [
    new Option('--membership <WHO>', 'who may be a member (default: "invited")').choices(formsOf(MEMBERSHIPS)),
    new Option('--guests-invite', 'let those who were invited invite others too'),
  ]
}

/** A recipe with what the flags say in place of what it says; a field that neither sets takes its default. */
export function withFlags(recipe: RecipeInput, flags: RecipeFlags, seed: number | undefined): RecipeInput {
  return {
    ...recipe,
    model: merged(recipe.model, { name: flags.model }),
    ...(flags.objectiveLoss === undefined
      ? {}
      : { objective: merged(recipe.objective, { loss: flags.objectiveLoss }) }),
    training: merged(recipe.training, {
      classWeights: flags.classWeights,
      optimizer: flags.optimizer,
      learningRate: flags.learningRate,
      momentum: flags.momentum,
      beta2: flags.beta2,
      weightDecay: flags.weightDecay,
      clipNorm: flags.clipNorm,
      schedule: flags.schedule,
      warmupSteps: flags.warmupSteps,
      finalShare: flags.finalShare,
      batch: flags.batch,
      steps: flags.steps,
      seed,
    }),
    averaging: merged(recipe.averaging, {
      topology: flags.topology,
      rule: flags.rule,
      aggregator: flags.aggregator,
      weights: flags.weights,
      consensusDistance: flags.consensusDistance,
    }),
    exchange: merged(recipe.exchange, {
      localSteps: flags.localSteps,
      compression: flags.compression,
      fragments: flags.fragments,
    }),
    data: merged(recipe.data, { standardise: flags.standardise }),
    start: merged(recipe.start, { minimumPeers: flags.minPeers, patience: flags.patience }),
    security: merged(recipe.security, { maximumNorm: flags.maximumNorm }),
  }
}

function merged<T extends object>(fields: T | undefined, given: T): T {
  const said = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...fields, ...Object.fromEntries(said) } as T
}
