/**
 * Which flags mean something for what is run. One that would be ignored is refused: the user expects something of it.
 *
 * @packageDocumentation
 */

import type { Recipe } from '../../../src/index.ts'
import type { EngineName } from '../../../src/public/simulate.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { RunFlags, TaskName } from './flags.ts'

type Flag = keyof RunFlags

const MODELS: readonly TaskName[] = ['classify', 'regress', 'language']
const PROBLEMS: readonly TaskName[] = ['quadratic', 'mean-estimation']
const TRAINED: readonly TaskName[] = [...MODELS, ...PROBLEMS]

/** Flags that not every task has a use for. */
const BY_TASK: Readonly<Partial<Record<Flag, readonly TaskName[]>>> = {
  dimension: ['consensus', ...PROBLEMS],
  init: ['consensus'],
  heterogeneity: ['quadratic'],
  data: MODELS,
  from: MODELS,
  partition: MODELS,
  strict: MODELS,
  standardise: MODELS,
  backend: MODELS,
  model: MODELS,
  objectiveLoss: MODELS,
  classWeights: MODELS,
  optimizer: MODELS,
  momentum: MODELS,
  beta2: MODELS,
  weightDecay: MODELS,
  clipNorm: MODELS,
  batch: [...MODELS, 'mean-estimation'],
  learningRate: TRAINED,
  schedule: TRAINED,
  warmupSteps: TRAINED,
  finalShare: TRAINED,
  steps: TRAINED,
  localSteps: TRAINED,
  minPeers: MODELS,
  patience: MODELS,
}

const SIMULATED: readonly EngineName[] = ['virtual', 'matrix']
/** Those that run the code of real peers. */
const DEPLOYED: readonly EngineName[] = ['virtual', 'libp2p']

/** Flags that not every engine has a use for, and why the others have none. */
const BY_ENGINE: Readonly<Partial<Record<Flag, readonly EngineName[]>>> = {
  workers: ['matrix'],
  byzantine: ['matrix'],
  attack: ['matrix'],
  loss: SIMULATED,
  delay: SIMULATED,
  churn: SIMULATED,
  evaluateEvery: SIMULATED,
  linkBandwidth: SIMULATED,
  stragglers: SIMULATED,
  split: ['virtual'],
  minPeers: DEPLOYED,
  patience: DEPLOYED,
  maximumNorm: DEPLOYED,
}

/** The facts about a run where its task or its engine alone does not decide. */
interface Run {
  readonly task: TaskName
  readonly flags: RunFlags
  /** The recipe of a file, where there is one. */
  readonly written: Recipe | undefined
}

/** Flags that other settings make meaningless: when, and why. */
const BY_SETTING: Readonly<Partial<Record<Flag, { readonly ignored: (run: Run) => boolean; readonly why: string }>>> = {
  momentum: {
    ignored: run => optimizerOf(run) !== 'sgd',
    why: 'is for --optimizer sgd; adam and adamw have moments of their own',
  },
  beta2: {
    ignored: run => optimizerOf(run) === 'sgd',
    why: 'is for --optimizer adam or adamw',
  },
  finalShare: {
    ignored: run => scheduleOf(run) === 'constant',
    why: 'is for --schedule cosine or linear: a constant learning rate stays as it is',
  },
  consensusDistance: {
    ignored: run => run.flags.engine === 'matrix' && (run.flags.rounds !== undefined || trains(run)),
    why: 'ends a run of --engine matrix only where nobody trains and no --rounds are given',
  },
}

function optimizerOf(run: Run): string {
  return run.flags.optimizer ?? run.written?.training.optimizer ?? (isOfText(run) ? 'adamw' : 'sgd')
}

function scheduleOf(run: Run): string {
  return run.flags.schedule ?? run.written?.training.schedule ?? (isOfText(run) ? 'cosine' : 'constant')
}

function isOfText({ task, flags }: Run): boolean {
  return task === 'language' || flags.data?.startsWith('text:') === true
}

function trains({ task, flags, written }: Run): boolean {
  return task !== 'consensus' && (flags.steps ?? written?.training.steps ?? 1) > 0
}

/** Tasks that not every engine can carry. */
const TASKS_OF: Readonly<Partial<Record<EngineName, readonly TaskName[]>>> = {
  virtual: ['classify', 'regress', 'language', 'consensus'],
  libp2p: MODELS,
}

/**
 * @param written what a file says, where there is one
 * @throws WrongUsage for the first flag that would be ignored, and for a task that the engine does not have
 */
export function requireFittingFlags(task: TaskName, flags: RunFlags, written: Recipe | undefined): void {
  const { engine } = flags
  const tasks = TASKS_OF[engine]
  if (tasks !== undefined && !tasks.includes(task)) {
    const other = TASKS_OF.virtual?.includes(task) ? 'virtual or matrix' : 'matrix'
    throw new WrongUsage(`--task ${task} runs on --engine ${other}; --engine ${engine} has ${listed(tasks)}`)
  }
  for (const [flag, accepted] of given(BY_TASK, flags)) {
    if (!accepted.includes(task)) {
      throw new WrongUsage(`${flagOf(flag)} is for --task ${listed(accepted)}; this is --task ${task}`)
    }
  }
  for (const [flag, accepted] of given(BY_ENGINE, flags)) {
    if (!accepted.includes(engine)) {
      const why = engine === 'libp2p' ? ', which has a real network and real peers' : ''
      throw new WrongUsage(`${flagOf(flag)} is for --engine ${listed(accepted)}; this is --engine ${engine}${why}`)
    }
  }
  for (const [flag, { ignored, why }] of given(BY_SETTING, flags)) {
    if (ignored({ task, flags, written })) throw new WrongUsage(`${flagOf(flag)} ${why}`)
  }
  if ((flags.byzantine === undefined) !== (flags.attack === undefined)) {
    throw new WrongUsage(
      '--byzantine F and --attack NAME go together: what share of the peers lies, and how, as in --byzantine 0.2 --attack sign-flip',
    )
  }
}

/** The flags of a table that were given. */
function given<T>(table: Readonly<Partial<Record<Flag, T>>>, flags: RunFlags): [Flag, T][] {
  return (Object.entries(table) as [Flag, T][]).filter(([flag]) => flags[flag] !== undefined)
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`
}

/** How a flag is typed. */
function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}
