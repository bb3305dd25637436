/**
 * The lines of JSON that `hearsay peer --json` prints: what each event tells, described field by field. It is the type of what is printed, and
 * the source of the published schema (`schemas/event.json`).
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { optionalErrors } from '../worth/errors-document.ts'
import { figuresDocument } from '../worth/figures-document.ts'
import type { DeepReadonly } from './deep-readonly.ts'
import type { PeerEvents } from './peer.ts'

const figure = z.number()
const count = z.int().min(0)
const peer = z.string().describe('The id of a peer.')
const hash = z.string().describe('Hex SHA-256 of the parameters.')
const step = count.describe('The step of the run, as its schedule of learning rates counts.')
const age = figure.describe('How many local steps the parameters have absorbed.')
const addresses = z.array(z.string())
const distance = figure.describe('The relative consensus distance, by the estimate of this peer.')
const accuracy = figure
  .nullable()
  .describe('Accuracy on the test set; null where nothing is classified, or it was not measured.')

const traffic = {
  bytesIn: figure.describe('Bytes that came in since the start.'),
  bytesOut: figure.describe('Bytes that went out since the start.'),
}

const tried = z
  .object({
    listening: addresses.describe('Where others can reach this peer.'),
    interfaces: z
      .array(
        z.object({
          name: z.string().describe('Its name.'),
          family: z.literal([4, 6]).describe('IPv4 or IPv6.'),
          isInternal: z.boolean().optional().describe('Whether it leads to this machine alone; absent is no.'),
          failure: z
            .string()
            .optional()
            .describe('Why nobody can be found there; absent where nothing speaks against it.'),
        }),
      )
      .optional()
      .describe('The interfaces on which others were looked for; absent where that was not wanted.'),
    dialled: z
      .array(
        z.object({
          address: z.string().describe('The address.'),
          outcome: z.string().describe('How it went the last time, for people.'),
          reached: z.boolean().describe('Whether a member answered.'),
        }),
      )
      .describe('The addresses that a person gave.'),
  })
  .optional()
  .describe('What was done to reach others, and to be reached.')

/** What each event tells, beside its name and the time. */
const details = {
  started: z
    .object({
      peerId: peer,
      addresses: addresses.describe('Where others can reach this peer.'),
      swarm: z.string().describe("The swarm's id: the recipe's hash."),
      backend: z.string().describe('What trains: `wasm`, `webgpu`, …'),
      trainer: z
        .enum(['fused', 'tensorflow', 'module'])
        .describe(
          "Whose program makes the steps: hearsay's fused kernels, TensorFlow.js, or the model's own module or a trainer that was given.",
        ),
      threads: count.describe('Threads that make them.'),
      device: z.string().nullable().describe('The GPU, where the backend computes on one.'),
      shard: count.describe('Samples in the shard.'),
      parameters: count.describe('Number of parameters.'),
      frozen: count.describe('Numbers in the model beside them that never change, because their layers are frozen.'),
      step: count.describe('Local steps that were done before, when the peer resumed from its state.'),
      age,
    })
    .describe('The peer is up.'),
  waiting: z
    .object({
      for: z
        .enum(['members', 'contact', 'weights'])
        .describe(
          '`members`: until as many peers with data are there as the recipe asks for. `contact`: nobody has been met at the addresses that were ' +
            'given by --connect. `weights`: nobody has given this peer the weights that the recipe begins from.',
        ),
      present: count.describe(
        'Members with data that are there, this peer among them; while it waits for weights, without it.',
      ),
      minimum: count.describe('So many are needed.'),
      connect: addresses.describe('Addresses at which others can connect to this peer.'),
      invite: z
        .string()
        .optional()
        .describe('An invitation for others, where they need one and this peer may give it: whoever has it gets in.'),
    })
    .describe('The first local step has to wait; at once, and again every ten seconds.'),
  standardised: z
    .object({
      mean: z.array(figure).describe('`[features]`'),
      deviation: z.array(figure).describe('`[features]`; 1 for a feature that never varies.'),
    })
    .describe('The swarm has agreed on how samples are standardised: less the mean, divided by the deviation.'),
  'peer:join': z.object({ peer }).describe('A member is there.'),
  'peer:leave': z.object({ peer }).describe('A member is gone.'),
  round: z
    .object({
      step,
      age,
      loss: figure.nullable().describe('Mean loss on the test set; null where it is not finite.'),
      accuracy,
      ...optionalErrors,
      samplesPerSecond: figure.describe('Samples that are trained in a second.'),
      localSteps: figure.describe('Local steps between two exchanges, as of now.'),
      consensusDistance: distance
        .nullable()
        .describe('The relative consensus distance, by the estimate of this peer; null while it knows nobody.'),
      peers: count.describe('Other members that are there.'),
      ...traffic,
    })
    .describe('Some training, evaluated on the test set.'),
  trained: z.object({ step, age }).describe('Training is over; from here on the peer only averages.'),
  exchange: z
    .object({
      peer,
      bytes: figure.describe('Bytes that its stream carried, both ways.'),
      seconds: figure.describe('How long it took.'),
      codec: z.string().describe('How parameters travelled.'),
      outcome: z
        .enum(['averaged', 'shortened', 'unsettled', 'refused', 'failed'])
        .describe(
          '`averaged`: everything, on both sides; `shortened`: it was cut, and averaged as far as it had come; `unsettled`: something of it is not ' +
            'known to be added, or dropped, on both sides yet; `refused` and `failed`: nothing was averaged.',
        ),
    })
    .describe('An exchange that this peer began.'),
  clipped: z
    .object({
      peer,
      fault: z
        .enum(['far', 'clipped', 'false-sketch'])
        .describe(
          '`clipped`: it is farther away than is usual, which happens to honest peers too; `far`: it is so far away, and comes no nearer, that training ' +
            'as others train does not explain it; `false-sketch`: what it sent was farther away than the sketch that it gave of it.',
        ),
      distance: figure.describe('Of the two models in the last of these exchanges, by their sketches.'),
      usual: figure.describe('The distance that is usual for this peer.'),
      exchanges: count.describe('How many more there were since the last such event about this peer.'),
      trust: figure.describe('By how much less this peer lets it count from now on: 1, or less.'),
    })
    .describe(
      'Exchanges with this peer count for less, because its model is farther away than those of the others: the aggregator `clipped`. At most once a ' +
        'minute of each.',
    ),
  compression: z
    .object({
      codec: z.string().describe('What is picked from here on.'),
      reason: z.string().describe('Why, for people.'),
    })
    .describe('With the compression `auto`: how parameters travel from here on.'),
  warning: z.object({ message: z.string().describe('For people.') }).describe('Something that may need attention.'),
  unreachable: z
    .object({
      peers: z
        .array(
          z.object({
            peer,
            obstacle: z.string().describe('What is in the way, as a word for programs.'),
            reason: z.string().describe('The same for people, with what the system says.'),
          }),
        )
        .describe('All that cannot be reached now.'),
      of: count.describe('Other peers that are there: members, and those that are heard of.'),
    })
    .describe(
      'Peers of the swarm that are heard of through others cannot be reached from here, nor have they come by themselves.',
    ),
  upnp: z
    .object({
      outcome: z
        .enum(['mapped', 'silent', 'refused', 'private', 'needless'])
        .describe(
          '`mapped`: others reach this peer through the router; `silent`: no router answers; `refused`: one does, and opens no port; `private`: one ' +
            'does, and is itself behind another one; `needless`: there is nothing that a router could hand on.',
        ),
      addresses: addresses.describe('Where others reach this peer through the router.'),
      router: z.string().nullable().describe("The router's IP; null where none has answered."),
      reason: z.string().describe('For people: why it is not mapped; empty where it is.'),
    })
    .describe('What came of asking the router for a port, with --upnp: at first, and whenever that has changed.'),
  consensus: z
    .object({
      consensusDistance: distance,
      parametersHash: hash,
      members: count.describe('Living members, this peer among them, that have chosen these parameters.'),
      exchanges: count.describe('Exchanges that this peer took part in.'),
    })
    .describe('The swarm has sealed: every peer that says so holds the same bytes.'),
  judged: z
    .object({
      figures: figuresDocument
        .nullable()
        .describe('The same at all members; null where there are none, and then `reason` says why.'),
      samples: count.describe('Test samples of all these members.'),
      members: count.describe('Members on whose test samples it was judged.'),
      of: count.describe('Members that have sealed the model.'),
      reason: z.string().optional().describe('Why there are no figures.'),
    })
    .describe('The common model was judged on the test samples of all members.'),
  alone: z
    .object({ tried })
    .describe(
      'Everybody that was met has been gone for a while, or nobody ever came: there is no swarm to agree with.',
    ),
  failed: z
    .object({
      name: z.string().describe('The class of the error.'),
      message: z.string().describe('The error, for people.'),
      tried,
    })
    .describe('The peer cannot go on.'),
  sample: z
    .object({ sample: z.string().describe('The text.') })
    .describe('Text that the model writes in the end; of the task `language` only.'),
  stopped: z
    .object({
      reason: z.string().meta({
        description:
          '`consensus`: the swarm has sealed; `adopted`: so it had, before this peer’s data had a part in it; `alone`: nobody else is there, or was ' +
          'to be; `interrupted`, `failed`, `stopped`.',
        examples: ['consensus', 'adopted', 'alone', 'interrupted', 'failed', 'stopped'],
      }),
      step,
      accuracy,
      r2: optionalErrors.r2,
      rmse: optionalErrors.rmse,
      checkpoint: z.string().nullable().describe("The checkpoint's file, where one was written."),
      ownSteps: count.describe('Local steps trained on its own data, in all its lives.'),
      exchanges: count.describe('Exchanges that it took part in while it trained, whoever began them.'),
      exchangesAsked: figure.describe('Exchanges that its steps and the recipe ask for.'),
      partners: count.describe('With how many distinct others it averaged.'),
      inModel: z.boolean().describe('Whether the final model, which at least two have chosen, contains its data.'),
      leftOut: count.describe('Own steps that are not known to be in the model.'),
      members: count.describe(
        'Living members, this peer among them, that have chosen the final model; 0 where there is none.',
      ),
      vanished: count.describe('Members that fell silent without a goodbye, and are not back.'),
      ...traffic,
      exchangeBytes: figure.describe('Bytes of exchanges, both ways.'),
      fetchBytes: figure.describe("Bytes of fetching whole parameters, both ways, its own fetches and others'."),
      fetchedBytes: figure.describe('Bytes that arrived when it fetched parameters.'),
      overheadBytes: figure.describe('The rest: connections, encryption, announcements, headers, settlements.'),
    })
    .describe('The peer has ended.'),
  dashboard: z
    .object({ address: z.string().describe('Its address, with the token where one is needed.') })
    .describe('The page of --dashboard is open.'),
  metrics: z
    .object({ address: z.string().describe('What Prometheus is to scrape.') })
    .describe('The pages of --metrics are open.'),
} satisfies Readonly<Record<keyof PeerEvents, z.ZodObject>> & Readonly<Record<string, z.ZodObject>>

type Details = typeof details

/** The names of the events of `peer --json`. */
export type EventName = keyof Details

/** What an event of `peer --json` tells, beside its name and the time. */
export type EventDetail<Name extends EventName> = DeepReadonly<z.infer<Details[Name]>>

/** A line of `peer --json`. */
export type EventLine = {
  [Name in EventName]: { readonly event: Name; readonly time: string } & EventDetail<Name>
}[EventName]

/** Every line by itself, in the order of a peer's life. */
const lines = Object.entries(details).map(([event, detail]) =>
  z
    .object({
      event: z.literal(event).describe('The name of the event.'),
      time: z.iso.datetime().describe('When it happened, in UTC.'),
      ...detail.shape,
    })
    .meta({ title: event, description: detail.description }),
)

/** A line, whatever it tells. */
export const eventDocument = z
  .discriminatedUnion('event', lines as unknown as readonly [(typeof lines)[number], ...typeof lines])
  .describe('A line of `hearsay peer --json`: an event in the life of a peer.')
