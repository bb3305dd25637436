import type { Admission } from '../admission/admission.ts'
import { carriedOutAlone } from '../averaging/rule.ts'
import { createGossip, type Gossip } from '../gossip/gossip.ts'
import type { Storage } from '../gossip/ports.ts'
import { createIdentity } from '../network/identity.ts'
import { defaultLogger } from '../network/logger.ts'
import { createRandom } from '../random/random.ts'
import { defaultRecipe, parseRecipe, stepsPerRound } from '../recipe/recipe.ts'
import { createNamespaces } from '../standardise/namespaces.ts'
import { createStatistics, type StatisticsOptions } from '../standardise/statistics.ts'
import { type StateDirectory, statisticsFile } from '../storage/state-directory.ts'
import { chanceLossOf } from './chance-loss.ts'
import { followCourse } from './course.ts'
import { withModelFile } from './identify-model.ts'
import { createLivePeer, type LivePeerParts } from './live-peer.ts'
import { loggingEvents } from './log-events.ts'
import { membershipOf } from './membership.ts'
import { programOf } from './module-permission.ts'
import { NO_DATA } from './no-data.ts'
import type { Peer, PeerEvents, PeerOptions } from './peer.ts'
import { preparePeerNetwork } from './peer-network.ts'
import { requireFitting, requirePeerOptions, resume, stepsOf, withState } from './peer-options.ts'
import { preparePeerWeights } from './peer-weights.ts'
import { type Learner, prepareLearner } from './prepare-learner.ts'
import { type PreparedRecipe, prepareRecipe } from './prepared-recipe.ts'
import { systemClock } from './system-clock.ts'
import { takeOver } from './take-over.ts'
import { openToldState, type ToldState } from './told-state.ts'
import { createEvents } from './typed-events.ts'

/** About so many evaluations in a run: enough for a curve, few enough not to be felt. */
const EVALUATIONS = 20

const MS_PER_SECOND = 1_000

/**
 * Makes a peer that does nothing until it is started.
 *
 * @throws UsageError where the recipe, the data or an option cannot be
 */
export async function createPeer(given: PeerOptions = {}): Promise<Peer> {
  return await createPeerAmong(undefined, given)
}

/** @param admission who is a member, in place of what the recipe says */
export async function createPeerAmong(admission: Admission | undefined, given: PeerOptions): Promise<Peer> {
  requirePeerOptions(given)
  const options = withState(given)
  const { recipe: written = defaultRecipe, modelFile } = options
  const prepared = await prepareRecipe(
    modelFile === undefined ? written : withModelFile(parseRecipe(written), modelFile),
    {
      isModelOwn: options.trainer !== undefined,
      rule: options.rule,
    },
  )
  requireFitting(options, prepared.recipe)
  const state = options.state === undefined ? undefined : await openToldState(options.state)
  try {
    return await assemble(options, prepared, state, admission)
  } catch (error) {
    await state?.release()
    throw error
  }
}

async function assemble(
  options: PeerOptions,
  prepared: PreparedRecipe,
  state: ToldState | undefined,
  admission: Admission | undefined,
): Promise<Peer> {
  const { alone = false } = options
  const { recipe, topology } = prepared
  const averaging = prepared.averaging()
  const rule = alone ? carriedOutAlone(averaging.rule) : averaging.rule
  const averages = rule.live.schedule !== 'alone'
  const reach = await preparePeerNetwork(options, () =>
    state === undefined ? createIdentity() : state.identity(createIdentity),
  )
  const { id } = reach
  const seed = options.seed ?? id
  const { logger = defaultLogger } = options
  const { target: events, emit: dispatch } = createEvents<PeerEvents>()
  const emit = loggingEvents(dispatch, logger.forComponent('peer'))
  const membership = await membershipOf(options, prepared, reach.identity, admission)
  const startLearner = await prepareLearner(prepared, options, seed)
  const learner = await startLearner()
  const { died, standardising } = learner
  try {
    const weights = await preparePeerWeights(options, recipe, learner.trainer, state)
    const { trainer, from } = weights
    const storage = state?.storage(trainer.layout) ?? (options.storage as Storage | undefined)
    const stored = await storage?.load()
    const takenOver = takeOver(stored, recipe, trainer.frozen)
    // What is appended from here on comes on top of it.
    if (takenOver !== undefined && takenOver !== stored) await storage?.save(takenOver)
    const checkpoint = resume(options, recipe, takenOver)
    const swarm = checkpoint?.swarm ?? prepared.hash
    const network = await reach.open({
      swarm,
      admission: membership.admission,
      recipe: prepared.hash,
      random: createRandom(`${seed}/${id}/network`),
      warn: message => emit('warning', { message }),
      portMapping: mapping => emit('upnp', mapping),
      logger,
      contacts: await state?.contacts.read(),
      keepContacts: state?.contacts.keep,
    })
    const namespaces = createNamespaces(network, systemClock)
    const course = followCourse(emit, learner.seen)
    const steps = stepsOf(options, recipe, trainer.samples, checkpoint)
    const { localSteps } = recipe.exchange
    const beginning = {
      minimumPeers: Math.max(recipe.start.minimumPeers, options.minimumPeers ?? 1),
      wait: options.waitSeconds === undefined ? undefined : options.waitSeconds * MS_PER_SECOND,
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
        chanceLoss: options.trainer === undefined ? chanceLossOf(recipe) : undefined,
        evaluateEvery: Math.max(stepsPerRound(localSteps), Math.ceil(steps / EVALUATIONS)),
        ...beginning,
        hasContacts: reach.hasContacts,
        patience: recipe.start.patience,
        stays: options.stay,
        network: namespaces.main,
        clock: systemClock,
        random: createRandom(`${seed}/${id}/gossip`),
        trainer,
        from,
        storage,
        checkpoint,
      },
      course.tell,
    )
    died?.addEventListener('abort', () => course.tell('failed', { error: died.reason as Error }))
    // Not before: the core has refused a state of another recipe.
    if (programOf(recipe) !== undefined && recipe.model.digest !== undefined) {
      await state?.allowModule(recipe.model.digest)
    }
    await state?.keepRecipe(`${JSON.stringify(recipe, null, 2)}\n`)
    const { data = 'digits', shard, trainer: own } = options
    // Data that others brought were split by them.
    if (typeof data === 'string' && data !== NO_DATA && shard === undefined && own === undefined)
      await state?.keepSplit(`${JSON.stringify({ seed })}\n`)
    await weights.keep()
    return createLivePeer({
      id,
      recipe,
      swarm,
      events,
      emit,
      course,
      gossip,
      network,
      learner: {
        ...learner,
        trainer,
        warnings: [...(learner.warnings ?? []), ...(weights.warning === undefined ? [] : [weights.warning])],
      },
      ownTrainer: options.trainer !== undefined,
      hasWeights: weights.isKnown,
      statistics: averages
        ? statisticsOf(standardising, gossip, state, {
            // The recipe's hash in every generation: the statistics of samples stay.
            swarm: prepared.hash,
            recipe,
            namespaces,
            clock: systemClock,
            random: createRandom(`${seed}/${id}/statistics`),
            ...beginning,
            emit: course.tell,
          })
        : undefined,
      state,
      membership,
      judging: { namespaces, clock: systemClock, random: createRandom(`${seed}/${id}/judging`) },
      averages,
      alone,
      stays: options.stay ?? false,
    })
  } catch (error) {
    await learner.trainer.stop()
    throw error
  }
}

/** Makes what agrees on how samples are standardised; undefined where they are taken as they are. */
function statisticsOf(
  standardising: Learner['standardising'],
  gossip: Gossip,
  state: StateDirectory | undefined,
  common: Omit<StatisticsOptions, 'own' | 'storage' | 'onAgreed' | 'isOpen'>,
): LivePeerParts['statistics'] {
  if (standardising === undefined) return undefined
  return (onAgreed, isKnown) =>
    createStatistics({
      ...common,
      own: standardising.own,
      storage: state && ((kind, layout) => state.storage(layout, statisticsFile(kind))),
      onAgreed,
      // A peer that is heard on the main namespace has agreed, and trains, or is about to.
      isOpen: () => !isKnown() && gossip.status().peers.length === 0,
    })
}
