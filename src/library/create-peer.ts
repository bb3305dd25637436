import { carriedOutAlone } from '../averaging/rule.ts'
import { parseTopology } from '../averaging/topologies/registry.ts'
import { createGossip } from '../gossip/gossip.ts'
import { createIdentity, peerIdOf } from '../network/identity.ts'
import { createLibp2pNetwork } from '../network/libp2p-network.ts'
import { createRandom } from '../random/random.ts'
import { defaultRecipe, parseRecipe, type Recipe, recipeHash, stepsPerRound } from '../recipe/recipe.ts'
import { createNamespaces } from '../standardise/namespaces.ts'
import { createStatistics } from '../standardise/statistics.ts'
import { openStateDirectory, type StateDirectory, statisticsFile } from '../storage/state-directory.ts'
import { identifyModel, peerAveraging } from './learning-task.ts'
import { createLivePeer, followCourse } from './live-peer.ts'
import type { Peer, PeerEvents, PeerOptions } from './peer.ts'
import { bandwidthOf, requireFitting, resume, stepsOf } from './peer-options.ts'
import { prepareLearner } from './prepare-learner.ts'
import { systemClock } from './system-clock.ts'
import { createEvents } from './typed-events.ts'

/** About so many evaluations in a run: enough for a curve, few enough not to be felt. */
const EVALUATIONS = 20

const MS_PER_SECOND = 1_000

/**
 * Makes a peer that does nothing until it is started.
 *
 * @throws UsageError where the recipe, the data or an option cannot be
 */
export async function createPeer(options: PeerOptions = {}): Promise<Peer> {
  const written = options.recipe === undefined ? defaultRecipe : parseRecipe(options.recipe)
  // The model of a trainer of its own is a name.
  const recipe = options.trainer === undefined ? await identifyModel(written) : written
  requireFitting(options, recipe)
  const state = options.state === undefined ? undefined : await openStateDirectory(options.state)
  try {
    return await assemble(options, recipe, state)
  } catch (error) {
    await state?.release()
    throw error
  }
}

async function assemble(options: PeerOptions, recipe: Recipe, state: StateDirectory | undefined): Promise<Peer> {
  const { alone = false } = options
  const topology = parseTopology(recipe.averaging.topology, { seed: recipeHash(recipe) })
  const averaging = peerAveraging(recipe, topology)
  const rule = alone ? carriedOutAlone(averaging.rule) : averaging.rule
  const averages = rule.live.schedule !== 'alone'
  const identity = state === undefined ? await createIdentity() : await state.identity(createIdentity)
  const id = peerIdOf(identity)
  const seed = options.seed ?? id
  const { target: events, emit } = createEvents<PeerEvents>()
  const startLearner = await prepareLearner(recipe, options, seed)
  const learner = await startLearner()
  const { trainer, died, standardising } = learner
  try {
    const storage = state?.storage(trainer.layout)
    const checkpoint = resume(options, recipe, await storage?.load())
    const swarm = checkpoint?.swarm ?? recipeHash(recipe)
    const connect = alone ? [] : (options.network?.connect ?? [])
    const network = await createLibp2pNetwork({
      swarm,
      identity,
      // Others would wait for one that they hear of, and that averages with nobody.
      listen: alone ? [] : options.network?.listen,
      connect,
      mdns: !alone && (options.network?.mdns ?? true),
      bandwidth: bandwidthOf(options.network?.bandwidth),
      random: createRandom(`${seed}/${id}/network`),
      warn: message => emit('warning', { message }),
    })
    const namespaces = createNamespaces(network, systemClock)
    const course = followCourse(emit, learner.seen)
    const steps = stepsOf(options, recipe, trainer.samples, checkpoint)
    const { localSteps } = recipe.exchange
    const beginning = {
      minimumPeers: Math.max(recipe.start.minimumPeers, options.minimumPeers ?? 1),
      wait: options.wait === undefined ? undefined : options.wait * MS_PER_SECOND,
    }
    const gossip = await createGossip(
      {
        swarm,
        recipe,
        topology,
        steps,
        localSteps,
        ...averaging,
        rule,
        target: options.consensusDistance ?? recipe.averaging.consensusDistance,
        maximumNorm: recipe.security.maximumNorm,
        chanceLoss: options.trainer === undefined ? Math.log(recipe.model.classes) : undefined,
        evaluateEvery: Math.max(stepsPerRound(localSteps), Math.ceil(steps / EVALUATIONS)),
        ...beginning,
        hasContacts: connect.length > 0,
        patience: recipe.start.patience,
        stays: options.stay,
        network: standardising === undefined ? network : namespaces.main,
        clock: systemClock,
        random: createRandom(`${seed}/${id}/gossip`),
        trainer,
        storage,
        checkpoint,
      },
      course.tell,
    )
    died?.addEventListener('abort', () => course.tell('failed', { error: died.reason as Error }))
    // Not before: the core has refused a state of another recipe.
    await state?.keepRecipe(`${JSON.stringify(recipe, null, 2)}\n`)
    const statistics =
      standardising &&
      ({
        // Of the recipe, whatever the generation: what samples are standardised by stays.
        swarm: recipeHash(recipe),
        recipe,
        namespaces,
        clock: systemClock,
        random: createRandom(`${seed}/${id}/statistics`),
        own: standardising.own,
        ...beginning,
        storage: state && ((kind, layout) => state.storage(layout, statisticsFile(kind))),
        emit: course.tell,
      } satisfies Partial<Parameters<typeof createStatistics>[0]>)
    return createLivePeer({
      id,
      recipe,
      swarm,
      events,
      emit,
      course,
      gossip,
      network,
      learner,
      ownTrainer: options.trainer !== undefined,
      statistics:
        statistics && averages
          ? (onAgreed, isKnown) =>
              // Whoever is heard on the main namespace has agreed, and trains, or is about to.
              createStatistics({
                ...statistics,
                onAgreed,
                isOpen: () => !isKnown() && gossip.status().peers.length === 0,
              })
          : undefined,
      state,
      alone,
      stays: options.stay ?? false,
    })
  } catch (error) {
    await trainer.stop()
    throw error
  }
}
