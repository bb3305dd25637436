/**
 * The document that `simulate --out` and `swarm --out` write: the reader's schema, and the source of the published one
 * (`schemas/result.json`), for which every field is described here. JSON has neither infinities nor what is no number; they are null.
 *
 * What is required is what every version has written. Later versions may add to it, so fields that are not known are passed over.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import type { DeepReadonly } from '../src/library/deep-readonly.ts'
import { optionalErrors } from '../src/worth/errors-document.ts'
import { figuresDocument } from '../src/worth/figures-document.ts'
import type { RunConditions } from './result.ts'

const figure = z.number()
const measured = figure.nullable()
const count = z.int().min(0)

const spreadOf = <Figure extends z.ZodType<number | null>>(one: Figure) =>
  z.object({
    mean: one.describe('The mean over peers.'),
    min: one.describe('The least of a peer.'),
    max: one.describe('The most of a peer.'),
  })

const judgement = z.object({
  loss: measured.describe('Mean loss; null where it is not finite.'),
  accuracy: measured.describe('Share of test samples classified correctly; null where nothing is classified.'),
  ...optionalErrors,
})

const MERGED =
  "The model whose parameters are the average of all peers', judged on the test set; null where nothing is learned."

const round = z.object({
  round: count.describe('Its number; 0 is before anything moved.'),
  time: figure.describe('Seconds since the start: virtual ones in a simulation, real ones over libp2p.'),
  consensusDistance: figure.describe('How far apart the peers are: sqrt((1/n) Σ ‖x_i − x̄‖²) / ‖x̄‖.'),
  meanSquaredDistance: figure.describe('(1/n) Σ ‖x_i − x̄‖².'),
  peerDistances: z
    .array(measured)
    .optional()
    .describe(
      '`[peers]`: ‖x_i − x̄‖ / ‖x̄‖ of each, to four digits; null of one that is not honest. Left out of larger swarms than 64, and where ' +
        'some were not there.',
    ),
  meanDrift: measured.describe('‖x̄ − x̄_expected‖ / ‖x̄_expected‖ where averaging alone ran, else null.'),
  localLoss: measured.describe(
    "Mean loss of every peer's own model, on the test set; for problems with a known answer how far it is from that. Null where nothing is learned.",
  ),
  localAccuracy: spreadOf(figure)
    .nullable()
    .describe("Accuracy of every peer's own model on the test set; null where nothing is classified."),
  localR2: spreadOf(measured).optional().describe("R² of every peer's own model; of a regression only."),
  merged: judgement.nullable().describe(MERGED),
  bytesSent: figure.describe('Bytes that all peers together have sent.'),
  messages: figure.describe('Messages; over libp2p, exchanges that were applied on both sides.'),
})

const conditions = z
  .object({
    partition: z.string().optional().describe('How data were dealt.'),
    loss: figure.optional().describe('The probability that a message is lost.'),
    churn: z
      .union([figure, z.literal('trace')])
      .optional()
      .describe("The probability that a peer is away in a round, or `trace` where every peer's times were given."),
    delay: z.string().optional().describe('How long a message takes, in milliseconds: `MS` or `LO-HI`.'),
    bandwidth: z
      .object({
        host: figure.optional().describe('The rate at which a host sends to all others together.'),
        link: figure.optional().describe('The rate at which one host sends to one other.'),
      })
      .optional()
      .describe('In Mbit/s.'),
    stragglers: z
      .object({
        share: figure.describe('The share of all peers that are slower.'),
        training: figure.optional().describe('A local step takes them so many times longer.'),
        links: figure.optional().describe('Their messages take so many times longer.'),
      })
      .optional()
      .describe('Some peers are slower than the others.'),
    splits: z
      .array(
        z.object({
          at: figure.describe('Seconds since the start.'),
          until: figure.describe('Seconds since the start.'),
          share: figure.describe('The share of all peers in one of the parts.'),
        }),
      )
      .optional()
      .describe('When the network falls into two parts between which nothing passes, and heals.'),
    byzantine: z
      .object({
        share: figure.describe('The share of all peers that are byzantine.'),
        attack: z.string().describe('The name of an attack.'),
      })
      .optional()
      .describe('Byzantine peers, which send what an attack makes of their messages.'),
  })
  .describe(
    'The conditions of the run beside its recipe: only those that were given.',
  ) satisfies z.ZodType<RunConditions>

const peerResult = z
  .object({
    peer: z.string().describe('Its name or id.'),
    samples: count.describe('Samples in its shard.'),
    accuracy: measured.describe(
      'Accuracy of its own model when its training ended, before the swarm agreed; null where nothing is classified.',
    ),
    r2: optionalErrors.r2,
    rmse: optionalErrors.rmse,
    mae: optionalErrors.mae,
    alone: measured.describe(
      'Accuracy of the same peer alone: the same shard, the same steps, no exchanges. Null where it diverged or was not tried.',
    ),
    aloneR2: measured.optional().describe('R² of the same peer alone; of a regression, where it did not diverge.'),
    sealed: z.string().nullable().describe('The hash on which it sealed; null where it did not.'),
    exchanges: count.describe('Exchanges that it took part in while it trained; in the matrix engine, all.'),
    exchangesAsked: figure.optional().describe('Exchanges that its steps and the recipe ask for.'),
    partners: count.optional().describe('Distinct peers that it averaged with.'),
    ownSteps: count.optional().describe('Local steps on its own data.'),
    inModel: z.boolean().optional().describe('Whether the model that at least two have chosen contains its data.'),
    bytesIn: figure.describe('Bytes that it received.'),
    bytesOut: figure.describe('Bytes that it sent.'),
    exchangeBytes: figure.optional().describe('Those of exchanges, both ways.'),
    fetchBytes: figure
      .optional()
      .describe("Those of fetching whole parameters, both ways, its own fetches and others'."),
    fetchedBytes: figure.optional().describe('Those that arrived when it fetched parameters.'),
    overheadBytes: figure
      .optional()
      .describe('The rest: connections, encryption, announcements, headers, settlements.'),
  })
  .describe('One peer at the end of the run.')

const partial = z
  .discriminatedUnion('reason', [
    z.object({ reason: z.literal('interrupted').describe('Somebody ended it.') }).describe('Ended by somebody.'),
    z
      .object({
        reason: z.literal('diverged').describe('What a peer learned is not finite any more.'),
        round: figure.describe('In which round.'),
        peer: z.string().describe('At which peer.'),
      })
      .describe('Ended because training diverged.'),
  ])
  .describe('Why the run ended before its time, where it did: the result is valid as far as it goes.')

const timing = z
  .object({
    wallSeconds: figure.describe('Seconds of the whole run.'),
    secondsInRounds: figure
      .optional()
      .describe('Seconds in which peers train, talk and merge, without evaluations and what comes before and after.'),
    peerStepsPerSecond: measured.optional().describe('Local steps of all peers together, over the seconds in rounds.'),
    peakRssBytes: figure.optional().describe('The most memory that the process held.'),
  })
  .describe('The only part that may differ between two simulations with one seed.')

export const resultDocument = z
  .object({
    hearsay: z.literal('1').describe('Version of this format.'),
    recipe: z.unknown().meta({ description: 'The recipe, with every default filled in.', $ref: 'recipe.json' }),
    recipeHash: z.string().describe("Hex SHA-256 of the recipe: the swarm's id."),
    seed: figure.describe('The seed of the run.'),
    engine: z.string().meta({ description: 'What ran it.', examples: ['matrix', 'virtual', 'libp2p'] }),
    peers: count.describe('How many peers there were.'),
    conditions: conditions.optional(),
    edges: z
      .string()
      .optional()
      .describe("The content of the topology's file, where its edges are in one (`file:EDGES`)."),
    rounds: z
      .array(round.describe('How the swarm stands at one moment.'))
      .min(1)
      .describe('Round 0 and every round that was evaluated.'),
    spectralGap: measured
      .optional()
      .describe("The mixing matrix's spectral gap, where the matrix is fixed; else null."),
    final: round
      .extend({
        parametersHash: z
          .string()
          .describe('Hex SHA-256 of the merged parameters: the one on which the swarm sealed, where it did.'),
        merged: judgement.extend({ figures: figuresDocument.optional() }).nullable().describe(MERGED),
      })
      .describe('The last round.'),
    sample: z.string().optional().describe('Text that the merged model writes; of the task `language` only.'),
    sealed: z.boolean().describe('Whether every peer sealed on the same hash.'),
    peerResults: z.array(peerResult).optional().describe('Every peer at the end of the run.'),
    notes: z.array(z.string()).default([]).describe('Remarks for the person who reads this.'),
    pairwise: z
      .object({
        peers: z.array(count).describe('Which peers, from 0: all, or some where there are many.'),
        distances: z.array(z.array(measured)).describe('`[peers][peers]`, in the order of `peers`.'),
      })
      .optional()
      .describe('Distances between peers in the end, ‖x_i − x_j‖.'),
    partial: partial.optional(),
    timing,
  })
  .describe('The result of a simulation, or of a swarm on one machine.')

/** A result as it is written: numbers that JSON has not are null. */
export type ResultDocument = DeepReadonly<z.input<typeof resultDocument>>

/** A run as a file describes it, as far as it was checked: the recipe was not. */
export type WrittenResult = z.infer<typeof resultDocument>
