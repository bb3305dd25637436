/**
 * What a recipe may hold: the reader's schema, and the source of the published one (`schemas/recipe.json`), for which every field is
 * described here.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { AGGREGATORS, COMPRESSIONS, formsOf, LOSSES, MEMBERSHIPS, MODELS, TASKS, TOPOLOGIES } from '../catalogue.ts'
import { tableSchema } from '../table/schema.ts'

const positive = z.number().positive()
const belowOne = z.number().min(0).lt(1)
const count = z.int().min(1)
/** Of Ed25519, whose key is in the id: a recipe that names it can be checked by itself. */
const founder = z
  .string()
  .regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/, 'expected a peer id of an Ed25519 key, as 12D3KooW…')

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256, as 64 lower-case hex digits')

const model = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .default('mlp:64')
      .meta({
        description:
          'The family of models, with its sizes or its file. `vector` is a bare vector, for tasks that train no model. Of peers with ' +
          'trainers of their own, any name.',
        examples: [...formsOf(MODELS), 'vector'],
      }),
    shape: z
      .array(count)
      .min(1)
      .default([28, 28, 1])
      .describe(
        'Shape of one sample: of a table `[features]`, of images `[height, width, channels]`; for `vector` its length.',
      ),
    classes: z.int().min(0).default(10).describe('Number of classes; 0 where nothing is classified.'),
    outputs: count
      .optional()
      .describe('Values that are predicted of each sample; of the task `regress` only, which has no classes.'),
    classNames: z
      .array(z.string())
      .optional()
      .describe(
        'Names of the classes, by index, where the data name them. A peer may hold only some of them; without the names it could not know which.',
      ),
    digest: sha256
      .optional()
      .describe(
        'Hex SHA-256 of the file that the model is made from, where there is one: peers whose files differ would average parameters of ' +
          'different models.',
      ),
  })
  .prefault({})
  .describe('The model that all peers train.')

const objective = z
  .strictObject({
    task: z
      .enum(formsOf(TASKS))
      .default('classify')
      .describe(
        'What is learned. `consensus` trains nothing. `quadratic` and `mean-estimation` are problems with a known answer, for the model `vector`.',
      ),
    loss: z
      .enum(formsOf(LOSSES))
      .optional()
      .describe(
        "What a wrong value costs, of standardised values, mean over samples and outputs: the error's square, its absolute value, or half the " +
          "square within 1 and |error| − 1/2 beyond (Huber's, δ = 1). Of the task `regress` only. Default: `squared`.",
      ),
    heterogeneity: z
      .number()
      .min(0)
      .optional()
      .describe(
        "Disagreement of peers at the swarm's optimum, ζ² = (1/n) Σ ‖∇f_i(x*)‖²; of the task `quadratic` only. Default: 0.1.",
      ),
  })
  .refine(({ task, heterogeneity }) => heterogeneity === undefined || task === 'quadratic', {
    path: ['heterogeneity'],
    error: 'is of the task quadratic; how unlike the data of peers are is decided by the partition',
  })
  .refine(({ task, loss }) => loss === undefined || task === 'regress', {
    path: ['loss'],
    error: 'is of the task regress',
  })
  .prefault({})
  .describe('What the peers learn.')

const training = z
  .strictObject({
    optimizer: z.enum(['sgd', 'adam', 'adamw']).default('sgd').describe('How gradients become steps.'),
    learningRate: positive.default(0.05).describe('Size of a step, where the schedule does not make it smaller.'),
    momentum: belowOne.default(0.9).describe('Momentum of `sgd`; the other optimizers do not use it.'),
    beta2: belowOne
      .default(0.999)
      .describe(
        'β₂ of `adam` and `adamw`: how long squared gradients are remembered. 0.95 to 0.99 are usual for language models, whose rare words ' +
          'make them change quickly.',
      ),
    weightDecay: z
      .number()
      .min(0)
      .default(0)
      .describe(
        'λ: coupled, as the gradient of an L2 penalty, in `sgd` and `adam`; decoupled in `adamw`. Not of biases and gains.',
      ),
    clipNorm: positive
      .optional()
      .describe(
        "Largest Euclidean norm of a step's gradient over all parameters; a larger one is scaled down. Default: any.",
      ),
    schedule: z
      .enum(['constant', 'cosine', 'linear'])
      .default('constant')
      .describe(
        "How the learning rate falls over the recipe's steps, after the warm-up. Past them it stays as it has become.",
      ),
    warmupSteps: z
      .int()
      .min(0)
      .default(0)
      .describe('Steps at the beginning over which the learning rate rises to its value.'),
    finalShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe(
        'The share of the learning rate that `cosine` and `linear` leave: not 0, so that a peer that trains on still learns.',
      ),
    classWeights: z
      .enum(['balanced'])
      .optional()
      .describe(
        '`balanced`: samples of a class count the more in the objective the fewer of them all peers together have, so that every class counts ' +
          'alike; of the task `classify` only. Default: every sample counts alike.',
      ),
    batch: count.default(32).describe('Samples per local step.'),
    steps: z.int().min(0).default(1000).describe('Local steps after which a peer stops training; 0 only averages.'),
    seed: z.int().default(1).describe('Seed of the initial parameters: every peer starts from the same ones.'),
  })
  .refine(({ warmupSteps, steps }) => warmupSteps <= steps, {
    path: ['warmupSteps'],
    error: 'more than there are steps: the learning rate would never reach its value',
  })
  .prefault({})
  .describe('How each peer trains on its own data.')

const averaging = z
  .strictObject({
    topology: z
      .string()
      .min(1)
      .default('complete')
      .meta({ description: 'Who averages with whom, and when.', examples: formsOf(TOPOLOGIES) }),
    rule: z
      .string()
      .min(1)
      .default('adpsgd')
      .describe(
        'The algorithm by which parameters are merged. Peers carry out the ones named here, simulations others too.',
      ),
    aggregator: z
      .string()
      .min(1)
      .default('mean')
      .meta({
        description:
          'How vectors become one where they are merged. Peers, which merge two at a time, take `mean`, `clipped` and `clipped:TAU`, with every rule.',
        examples: formsOf(AGGREGATORS),
      }),
    weights: z
      .enum(['equal', 'samples'])
      .default('equal')
      .describe(
        "Whose parameters count how much: every peer's alike, or each by its number of samples, so that Σ samples × parameters is what " +
          'averaging preserves.',
      ),
    consensusDistance: positive
      .default(1e-3)
      .describe('The relative consensus distance at which averaging may end and the swarm seals.'),
  })
  .prefault({})
  .describe('How what the peers have trained becomes one.')

const exchange = z
  .strictObject({
    localSteps: z
      .union([count, z.literal('auto')], "expected a whole number of at least 1, or 'auto'")
      .default(10)
      .describe(
        'Local steps between two exchanges that a peer begins; `auto` lets every peer choose by what it measures, so that exchanges hide ' +
          'behind training.',
      ),
    compression: z
      .string()
      .min(1)
      .default('none')
      .meta({
        description:
          'How parameters travel in fewer bytes than float32 takes while they are trained; `auto` lets every peer choose by what it measures.',
        examples: formsOf(COMPRESSIONS),
      }),
    fragments: count
      .optional()
      .describe(
        'Into how many fragments of about the same length the parameters are cut, of which an exchange carries one. Default: 1.',
      ),
  })
  .prefault({})
  .describe('When parameters travel, and how.')

const data = z
  .strictObject({
    standardise: z
      .boolean()
      .default(false)
      .describe(
        'Whether every feature is shifted and scaled to mean 0 and standard deviation 1 over the samples of all peers. They agree on the ' +
          'figures by averaging before they train.',
      ),
    table: tableSchema.optional(),
  })
  .prefault({})
  .describe("How the peers' own data are read.")

const start = z
  .strictObject({
    minimumPeers: count
      .default(2)
      .describe(
        'Members with data, the peer itself among them, that must be there before anybody trains its first step.',
      ),
    patience: z
      .number()
      .min(1)
      .default(2)
      .describe(
        'When half of those that began have done their steps after a time T, the others have until so many times T. Then they are averaged ' +
          'as they are.',
      ),
    from: sha256
      .optional()
      .describe(
        "The weights that everybody begins from, in place of what the seed gives: hex SHA-256 of all of the model's, frozen ones too, as " +
          "little-endian float32 in the model's order of tensors. A peer without them fetches them from those that have them.",
      ),
  })
  .prefault({})
  .describe('How a run begins, and how long it waits.')

const security = z
  .strictObject({
    membership: z
      .enum(formsOf(MEMBERSHIPS))
      .default('open')
      .describe(
        'Who may be a member: anyone who has the recipe (`open`); whoever the founder has invited (`invited`); or whoever has the key that ' +
          'the members share, which is no part of the recipe (`key`).',
      ),
    founder: founder
      .optional()
      .describe(
        'The peer id of the founder, whose key signs invitations; with the membership `invited`, and only then.',
      ),
    guestsInvite: z
      .literal(true)
      .optional()
      .describe('Whether guests may invite too; of `invited` only. Default: the founder alone invites.'),
    maximumNorm: positive
      .default(1e6)
      .describe("Parameters with a larger Euclidean norm are not merged, where the swarm's own bound is not smaller."),
  })
  .refine(({ membership, founder }) => (membership === 'invited') === (founder !== undefined), {
    path: ['founder'],
    error: "belongs to the membership 'invited', whose founder's peer id it is: give both, or neither",
  })
  .refine(({ membership, guestsInvite }) => guestsInvite === undefined || membership === 'invited', {
    path: ['guestsInvite'],
    error: "is of the membership 'invited'",
  })
  .prefault({})
  .describe('Who may take part, and what is let in.')

/** Each field by itself, as a recipe is written. */
export const recipeFields = z.strictObject({
  $schema: z
    .string()
    .optional()
    .describe(
      'Where an editor finds the schema of this document. Readers pass over it: it is no part of what peers agree on.',
    ),
  hearsay: z.literal('1').default('1').describe('Version of this format.'),
  model,
  objective,
  training,
  averaging,
  exchange,
  data,
  start,
  security,
})

/** Fields that have to fit one another; without what is only for editors. */
export const recipeSchema = recipeFields
  .superRefine(({ model, objective, training }, context) => {
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
    if (regresses && model.classNames !== undefined) {
      refuse('classNames', 'there are no classes, as the task is regress')
    }
  })
  .transform(({ $schema: _, ...recipe }) => recipe)
  .describe(
    'The agreement of all peers of a swarm: everything that changes what is learned or how it is merged. What a peer owns (its data, its ' +
      "addresses, its state) is not in it. Its hash is the swarm's id.",
  )
