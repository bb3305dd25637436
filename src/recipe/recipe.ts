import { createHash } from 'node:crypto'
import { z } from 'zod'
import { formsOf, LOSSES, MEMBERSHIPS, TASKS } from '../catalogue.ts'
import { UsageError } from '../errors.ts'
import { meant } from '../strict-options.ts'
import { tableSchema } from '../table/schema.ts'
import { identityOf } from './identity.ts'
import { isDocument, type RecipeDocument, withoutLaterDefaults } from './later-fields.ts'

export { AUTO_COMPRESSION } from '../catalogue.ts'

/** A recipe that cannot be: which field, what it holds, what is accepted. */
export class InvalidRecipeError extends UsageError {
  override readonly name = 'InvalidRecipeError'
}

const positive = z.number().positive()
const belowOne = z.number().min(0).lt(1)
const count = z.int().min(1)
/** Of Ed25519, whose key is in the id: a recipe that names it can be checked by itself. */
const founder = z
  .string()
  .regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/, 'expected a peer id of an Ed25519 key, as 12D3KooW…')

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256, as 64 lower-case hex digits')

/**
 * The agreement of all peers of a swarm. Everything that changes what is learned or how it is merged is in here; what a
 * peer owns (its data, its addresses, its state) is not.
 */
const recipeFields = z.strictObject({
  /** Version of this format. */
  hearsay: z.literal('1').default('1'),
  model: z
    .strictObject({
      /**
       * `linear`, `mlp[:H,H…]`, `cnn`, `language[:LAYERS,HEADS,WIDTH]`, `tfjs:FILE`, `module:FILE`; `vector` is a bare vector, for
       * the consensus task. Of peers with trainers of their own, any name.
       */
      name: z.string().min(1).default('mlp:64'),
      /** Shape of one sample; for `vector` its length. */
      shape: z.array(count).min(1).default([28, 28, 1]),
      /** Number of classes; 0 where nothing is classified. */
      classes: z.int().min(0).default(10),
      /** Values that are predicted of each sample; `regress` only, which has no classes. See {@link outputsOf}. */
      outputs: count.optional(),
      /**
       * Names of the classes, by index, where the data names them. A peer may hold only some of them; without the names it
       * could not know which.
       */
      classNames: z.array(z.string()).optional(),
      /**
       * Hex SHA-256 of the file that the model is made from, where there is one: peers whose files differ would average
       * parameters of different models.
       */
      digest: sha256.optional(),
    })
    .prefault({}),
  objective: z
    .strictObject({
      /**
       * `consensus` trains nothing. `quadratic` and `mean-estimation` are problems with a known answer, for the model `vector`:
       * see simulations/tasks.
       */
      task: z.enum(formsOf(TASKS)).default('classify'),
      /**
       * What a wrong value costs, of standardised values, mean over samples and outputs; `regress` only. The error's square, its absolute
       * value, or half the square within 1 and |error| − 1/2 beyond (Huber's, δ = 1). Default: `squared`.
       */
      loss: z.enum(formsOf(LOSSES)).optional(),
      /** Disagreement of peers at the swarm's optimum, ζ² = (1/n) Σ ‖∇f_i(x*)‖²; `quadratic` only. Default: 0.1. */
      heterogeneity: z.number().min(0).optional(),
    })
    .refine(({ task, heterogeneity }) => heterogeneity === undefined || task === 'quadratic', {
      path: ['heterogeneity'],
      error: 'is of the task quadratic; how unlike the data of peers are is decided by the partition',
    })
    .refine(({ task, loss }) => loss === undefined || task === 'regress', {
      path: ['loss'],
      error: 'is of the task regress',
    })
    .prefault({}),
  training: z
    .strictObject({
      optimizer: z.enum(['sgd', 'adam', 'adamw']).default('sgd'),
      learningRate: positive.default(0.05),
      /** Momentum of `sgd`; the other optimizers do not use it. */
      momentum: belowOne.default(0.9),
      /**
       * β₂ of `adam` and `adamw`: how long squared gradients are remembered. 0.95 to 0.99 are usual for language models,
       * whose rare words make them change quickly.
       */
      beta2: belowOne.default(0.999),
      /** λ: coupled, as the gradient of an L2 penalty, in `sgd` and `adam`; decoupled in `adamw`. Not of biases and gains. */
      weightDecay: z.number().min(0).default(0),
      /** Largest Euclidean norm of a step's gradient over all parameters; a larger one is scaled down. Default: any. */
      clipNorm: positive.optional(),
      /** How the learning rate falls over the recipe's steps, after the warm-up. Past them it stays as it has become. */
      schedule: z.enum(['constant', 'cosine', 'linear']).default('constant'),
      /** Steps at the beginning over which the learning rate rises to its value. */
      warmupSteps: z.int().min(0).default(0),
      /** The share of the learning rate that `cosine` and `linear` leave: not 0, so that a peer that trains on still learns. */
      finalShare: z.number().min(0).max(1).default(0.1),
      /**
       * `balanced`: samples of a class count the more in the objective the fewer of them all peers together have, so that every class
       * counts alike; `classify` only. Default: every sample counts alike.
       */
      classWeights: z.enum(['balanced']).optional(),
      /** Samples per local step. */
      batch: count.default(32),
      /** Local steps after which a peer stops training; 0 only averages. */
      steps: z.int().min(0).default(1000),
      /** Seed of the initial parameters: every peer starts from the same ones. */
      seed: z.int().default(1),
    })
    .refine(({ warmupSteps, steps }) => warmupSteps <= steps, {
      path: ['warmupSteps'],
      error: 'more than there are steps: the learning rate would never reach its value',
    })
    .prefault({}),
  averaging: z
    .strictObject({
      topology: z.string().min(1).default('complete'),
      rule: z.string().min(1).default('adpsgd'),
      /** How a rule that merges several vectors at once makes one of them. */
      aggregator: z.string().min(1).default('mean'),
      /**
       * Whose parameters count how much: every peer's alike, or each by its number of samples, so that Σ samples × parameters is what
       * averaging preserves.
       */
      weights: z.enum(['equal', 'samples']).default('equal'),
      /** The relative consensus distance at which averaging may end and the swarm seals. */
      consensusDistance: positive.default(1e-3),
    })
    .prefault({}),
  exchange: z
    .strictObject({
      /**
       * Local steps between two exchanges that a peer begins; `auto` lets every peer choose by what it measures, so that
       * exchanges hide behind training.
       */
      localSteps: z.union([count, z.literal('auto')], "expected a whole number of at least 1, or 'auto'").default(10),
      /**
       * How parameters travel in fewer bytes than float32 takes while they are trained; `auto` lets every peer choose by what it
       * measures.
       */
      compression: z.string().min(1).default('none'),
      /** Into how many fragments of about the same length the parameters are cut, of which an exchange carries one. Default: 1. */
      fragments: count.optional(),
    })
    .prefault({}),
  data: z
    .strictObject({
      /**
       * Whether every feature is shifted and scaled to mean 0 and standard deviation 1 over the samples of all peers. They
       * agree on the figures by averaging before they train.
       */
      standardise: z.boolean().default(false),
      /** The columns of the swarm's tables, where its data are tables: each peer's file is read by them. */
      table: tableSchema.optional(),
    })
    .prefault({}),
  start: z
    .strictObject({
      /** Members with data, this peer among them, that must be there before anybody trains its first step. */
      minimumPeers: count.default(2),
      /**
       * When half of those that began have done their steps after a time T, the others have until so many times T. Then they are
       * averaged as they are.
       */
      patience: z.number().min(1).default(2),
      /**
       * The weights that everybody begins from, in place of what the seed gives: hex SHA-256 of all of the model's, frozen ones too, as
       * little-endian float32 in the model's order of tensors. A peer without them fetches them from those that have them.
       */
      from: sha256.optional(),
    })
    .prefault({}),
  security: z
    .strictObject({
      /**
       * Who may be a member: anyone who has the recipe; whoever the founder has invited; or whoever has the key that the members share, which
       * is no part of the recipe.
       */
      membership: z.enum(formsOf(MEMBERSHIPS)).default('open'),
      /** The peer id of the founder, whose key signs invitations; of `invited` only. */
      founder: founder.optional(),
      /** Whether guests may invite too; of `invited` only. Default: the founder alone invites. */
      guestsInvite: z.literal(true).optional(),
      /** Parameters with a larger Euclidean norm are not merged, where the swarm's own bound is not smaller. */
      maximumNorm: positive.default(1e6),
    })
    .refine(({ membership, founder }) => (membership === 'invited') === (founder !== undefined), {
      path: ['founder'],
      error: "belongs to the membership 'invited', whose founder's peer id it is: give both, or neither",
    })
    .refine(({ membership, guestsInvite }) => guestsInvite === undefined || membership === 'invited', {
      path: ['guestsInvite'],
      error: "is of the membership 'invited'",
    })
    .prefault({}),
})

/** Fields that have to fit one another. */
const recipeSchema = recipeFields.superRefine(({ model, objective, training }, context) => {
  const refuse = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: ['model', field], message })
  const regresses = objective.task === 'regress'
  if (regresses && model.classes !== 0) {
    refuse(
      'classes',
      `expected 0, as the task regress predicts values, so many as model.outputs says; found ${model.classes}`,
    )
  }
  if (regresses && model.outputs === undefined) {
    refuse('outputs', 'expected a whole number of at least 1, as the task is regress: how many values are predicted')
  }
  if (!regresses && model.outputs !== undefined) {
    refuse('outputs', `is of the task regress, and the task is ${objective.task}`)
  }
  if (training.classWeights !== undefined && objective.task !== 'classify') {
    const message = `is of the task classify, and the task is ${objective.task}`
    context.addIssue({ code: 'custom', path: ['training', 'classWeights'], message })
  }
  if (regresses && model.classNames !== undefined) refuse('classNames', 'there are no classes, as the task is regress')
})

export type Recipe = z.infer<typeof recipeSchema>
/** A recipe as written: whatever is left out takes its default. */
export type RecipeInput = z.input<typeof recipeSchema>

/**
 * Fills in the defaults.
 *
 * @throws InvalidRecipeError naming the first field that is wrong and what it accepts
 */
export function parseRecipe(input: unknown): Recipe {
  const parsed = recipeSchema.safeParse(input)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  const field = issue.path.join('.')
  const hint = issue.code === 'unrecognized_keys' ? meant(recipeSchema, issue.path, issue.keys[0]) : ''
  throw new InvalidRecipeError(`recipe${field === '' ? '' : `, field ${field}`}: ${issue.message}${hint}`)
}

/**
 * The embedded default: a small classifier on the built-in digits. Its rule is not the schema's default, which is what recipes of 0.1 mean
 * that say nothing of it; decision 007 says why this one is better.
 */
export const defaultRecipe: Recipe = parseRecipe({ averaging: { rule: 'dpsgd' } })

/** Numbers that the model's last layer gives for a sample: the values of a regression, else a logit for each class. */
export function outputsOf({ classes, outputs }: Pick<Recipe['model'], 'classes' | 'outputs'>): number {
  return outputs ?? classes
}

/** Local steps with which `auto` begins, before anything was measured: the default of a recipe without it. */
export const AUTO_FIRST_LOCAL_STEPS = 10

/** Local steps that make a round, where rounds are counted: with `auto` every peer has another number, and it changes. */
export function stepsPerRound(localSteps: Recipe['exchange']['localSteps']): number {
  return localSteps === 'auto' ? AUTO_FIRST_LOCAL_STEPS : localSteps
}

/** JSON with sorted keys: one recipe has one text, however it was written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

/**
 * The swarm id: hex SHA-256 of the canonical recipe, without fields that came later and say what recipes without them mean, and without
 * the path of a model's file of which there is a digest.
 */
export function recipeHash(recipe: Recipe): string {
  return hashOf(identityOf(recipe))
}

/** The swarm id of version 0.1, of which the path was a part; the same as now for a model that is made from no file. */
export function recipeHashWithPath(recipe: Recipe): string {
  return hashOf(withoutLaterDefaults(recipe))
}

function hashOf(document: RecipeDocument): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex')
}

/** The first field, in the order of names, in which two recipes differ, with both values; undefined where they agree. */
export function firstDifference(ours: unknown, theirs: unknown, path = ''): string | undefined {
  if (isDocument(ours) && isDocument(theirs)) {
    for (const key of [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort()) {
      const name = /^\w+$/.test(key) ? key : JSON.stringify(key)
      const found = firstDifference(ours[key], theirs[key], path === '' ? name : `${path}.${name}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  // Of columns, the one that differs: all of them together nobody would read.
  if (areDocuments(ours) && areDocuments(theirs) && ours.length === theirs.length) {
    for (const [index, one] of ours.entries()) {
      const found = firstDifference(one, theirs[index], `${path}.${index}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  const [here, there] = [canonicalJson(ours), canonicalJson(theirs)]
  return here === there ? undefined : `${path}: ${here} here, ${there} there`
}

function areDocuments(value: unknown): value is readonly RecipeDocument[] {
  return Array.isArray(value) && value.every(isDocument)
}
