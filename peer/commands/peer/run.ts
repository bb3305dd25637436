import type { Consensus, JudgedTogether, Peer, PeerOptions, Recipe } from '../../../src/index.ts'
import { requireAllowed } from '../../allow-module.ts'
import type { Dashboard } from '../../dashboard/dashboard.ts'
import { withDashboard } from '../../dashboard/with-dashboard.ts'
import { DONE, INTERRUPTED, NOT_IN_MODEL } from '../../exit-codes.ts'
import { describeJudged } from '../../figures.ts'
import { Interrupted, onInterruption } from '../../interruption.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import { withMetrics } from '../../metrics/with-metrics.ts'
import { NotInModel } from '../../not-in-model.ts'
import { createOutput, type Output } from '../../output.ts'
import { requireWritable } from '../../output-file.ts'
import { readPass } from '../../pass.ts'
import { describeQuality } from '../../quality.ts'
import { reportReading } from '../../reading.ts'
import { readRecipe, requireKnownNames } from '../../recipe-file.ts'
import { describeSample } from '../../sample.ts'
import { requireNameOfTensors, saveParameters } from '../../save-parameters.ts'
import { hintAtInit } from '../../task.ts'
import { tellEvent } from '../../tell-event.ts'
import { describeNext } from '../../what-next.ts'
import { describeEnding, describeNothingKept, type End, type ToldEnding } from './ending.ts'
import { type Telling, tellEvents } from './events.ts'
import { requireFittingFlags, requireStricter } from './flag-fit.ts'
import type { PeerFlags } from './flags.ts'
import { drawPeer } from './live-view.ts'
import { describeMembership, entryOf, hintAtFounder } from './membership.ts'
import { showOn } from './show.ts'
import { stepsAsked } from './training-pace.ts'
import { reportWaiting } from './waiting.ts'

/** The seed of a split that must be the same everywhere, because everybody splits one dataset. */
const COMMON_SEED = 1

/** Peers that have agreed on one model write the same with it. */
const SAMPLE_SEED = 1

/** @throws NotInModel where the peer ended in order, and its data are in no model that others agreed on */
export async function runPeer(file: string | undefined, flags: PeerFlags): Promise<void> {
  const out = createOutput(flags, { timed: true })
  const interrupted = onInterruption(out.say)
  requireFittingFlags(flags)
  await requireWritable('--save', flags.save)
  requireNameOfTensors(flags.save)
  const isSilent = flags.quiet === true && flags.json !== true
  await withMetrics({ place: flags.metrics, out, isSilent }, metrics =>
    withDashboard(
      { what: 'peer', place: flags.dashboard, out, isSilent, tellsEvents: true, interrupted },
      (out, signal, dashboard) => runWatched(file, flags, out, signal, { dashboard, metrics }),
    ),
  )
}

/** Who looks on while a peer runs, beside the terminal. */
interface Onlookers {
  readonly dashboard: Dashboard | undefined
  readonly metrics: Metrics | undefined
}

async function runWatched(
  file: string | undefined,
  flags: PeerFlags,
  out: Output,
  signal: AbortSignal,
  onlookers: Onlookers,
): Promise<void> {
  if (out.screen !== undefined) out.say('starting…')
  const pass = flags.invite === undefined ? undefined : await readPass('--invite', flags.invite)
  const peer = await create(file, flags, pass?.text, out, onlookers.metrics)
  let ending: ToldEnding & { readonly saved: boolean }
  let drawn = () => {}
  try {
    drawn = await tell(peer, file, flags, pass?.file, out, onlookers)
    let judged: JudgedTogether | undefined
    peer.addEventListener('judged', ({ detail }) => {
      judged = detail
    })
    const end = await takePart(peer, flags, out, signal)
    drawn()
    ending = await conclude(peer, end, () => judged, flags, out)
    // A user who interrupts knows why it ends; that is worth more than what goes wrong while stopping.
    if (ending.code === INTERRUPTED) await peer.stop('interrupted').catch(() => {})
    else await peer.stop()
  } catch (error) {
    drawn()
    await peer.stop('failed').catch(() => {})
    throw error
  }
  const { code, saved, missing } = ending
  const hasModel = peer.status().ownSteps > 0 || peer.sealed() !== undefined
  if (hasModel && flags.state === undefined && !saved) out.say(describeNothingKept(flags.save !== undefined))
  // Where something is missing, that is what to do next.
  if (code === DONE) {
    const kept = { state: flags.state, file: saved ? flags.save : undefined }
    for (const line of describeNext(peer.recipe, kept)) out.say(line)
  }
  if (code === INTERRUPTED) throw new Interrupted()
  if (code === NOT_IN_MODEL) throw new NotInModel(missing)
}

/**
 * @param keyFile the file of the swarm's key, where it was given by one
 * @returns ends what is drawn
 */
async function tell(
  peer: Peer,
  recipeFile: string | undefined,
  flags: PeerFlags,
  keyFile: string | undefined,
  out: Output,
  { dashboard, metrics }: Onlookers,
): Promise<() => void> {
  const { stepsForEpochs } = await import('../../../src/public/models.ts')
  const { alone = false, data, mdns, connect = [] } = flags
  const entry = await entryOf(peer, keyFile)
  const telling: Telling = {
    joining: {
      recipeFile,
      hasData: data !== 'digits' && !(data === 'none' && recipeFile === undefined),
      mdns,
      connect,
      entry,
    },
    membership: describeMembership(peer.recipe, peer.membership),
    alone,
    verbose: flags.verbose === true,
    stepsAsked: samples =>
      stepsAsked(flags, peer.recipe, epochs => stepsForEpochs(epochs, samples, peer.recipe.training.batch)),
  }
  tellEvents(peer, out, telling)
  metrics?.watch(peer, telling.stepsAsked)
  if (dashboard !== undefined) await showOn(dashboard.board, peer, telling)
  return out.screen === undefined ? () => {} : drawPeer(peer, out.screen, telling)
}

async function create(
  file: string | undefined,
  flags: PeerFlags,
  invitation: string | undefined,
  out: Output,
  metrics: Metrics | undefined,
): Promise<Peer> {
  const { createPeer, defaultRecipe, loadDataset } = await import('../../../src/index.ts')
  const { loadingOf, parseBackend } = await import('../../../src/public/models.ts')
  const { parsePartition } = await import('../../../src/public/simulate.ts')
  const recipe: Recipe = file === undefined ? defaultRecipe : await readRecipe(file)
  await requireKnownNames(recipe)
  if (file !== undefined) await requireAllowed(recipe, file, flags, flags.state)
  requireStricter(flags.untilConsensus, recipe)
  parseBackend(flags.backend)
  const partition = flags.partition ?? 'iid'
  parsePartition(partition)

  const { seed } = flags
  const common = seed ?? COMMON_SEED
  const reading = reportReading(out, flags.data)
  const options: PeerOptions = {
    recipe,
    modelFile: flags.modelFile,
    from: flags.from,
    network: {
      listen: flags.listen,
      announce: flags.announce,
      connect: flags.connect,
      mdns: flags.mdns,
      upnp: flags.upnp,
      bandwidthMbps: flags.bandwidth,
      metrics: metrics?.libp2p,
    },
    state: flags.state,
    invitation,
    backend: flags.backend,
    strict: flags.strict,
    onLoading: reading.onProgress,
    gpu: flags.gpu,
    threads: flags.threads,
    steps: flags.steps,
    epochs: flags.epochs,
    more: flags.more,
    waitSeconds: flags.wait,
    alone: flags.alone,
    stay: flags.stay,
    consensusDistance: flags.untilConsensus,
  }
  try {
    if (flags.shard === undefined) return await createPeer({ ...options, data: flags.data, seed })
    const { onProgress } = reading
    const loading = { seed: common, strict: flags.strict, warn: out.warn, onProgress, ...loadingOf(recipe) }
    const data = await loadDataset(flags.data, loading)
    // Its own randomness comes from its identity: with a common seed all would pick the same partners.
    return await createPeer({ ...options, data, shard: { ...flags.shard, partition, seed: common } })
  } catch (error) {
    throw hintAtFounder(hintAtInit(error), recipe, file)
  } finally {
    reading.end()
  }
}

/** Starts the peer and lets it do its part, until it is of no use to anybody any more. */
async function takePart(peer: Peer, flags: PeerFlags, out: Output, signal: AbortSignal): Promise<End> {
  const silence = flags.alone === true ? () => {} : reportWaiting(peer, out)
  try {
    signal.throwIfAborted()
    await peer.start()
    if (peer.recipe.averaging.rule === 'none') {
      await untilTrained(peer, signal)
      return { kind: 'isolated' }
    }
    const before = peer.status().phase === 'sealed'
    const agreed = await untilAgreed(peer, signal)
    if (agreed === undefined) return { kind: 'deserted' }
    if (flags.alone === true) return { kind: 'alone' }
    const { vanished, peers } = peer.status()
    if (flags.stay === true) {
      silence()
      out.say('staying for those that come later; Ctrl-C ends it')
    } else if (peers.length > 0) out.say('staying until the others have sealed too…')
    const judged = judgeTogether(peer, out, signal)
    const cutShort = await untilDismissed(peer, signal)
    await judged
    return { kind: 'sealed', vanished, consensusDistance: agreed.consensusDistance, before, cutShort }
  } catch (error) {
    if (signal.aborted) return { kind: 'interrupted' }
    throw error
  } finally {
    silence()
  }
}

/** Judges the common model with the others, who tell the same figures; the event says what came of it. */
async function judgeTogether(peer: Peer, out: Output, signal?: AbortSignal): Promise<void> {
  try {
    await peer.evaluateTogether({ signal })
  } catch (error) {
    // The model is there all the same.
    if (signal?.aborted !== true) out.warn(`the common model could not be judged: ${(error as Error).message}`)
  }
}

/** @returns undefined where nobody is left to agree with */
async function untilAgreed(peer: Peer, signal: AbortSignal): Promise<Consensus | undefined> {
  let deserted = false
  peer.addEventListener('alone', () => {
    deserted = true
  })
  try {
    return await peer.untilConsensus({ signal })
  } catch (error) {
    if (deserted) return undefined
    throw error
  }
}

/** @returns whether Ctrl-C came first */
async function untilDismissed(peer: Peer, signal: AbortSignal): Promise<boolean> {
  try {
    await peer.untilDismissed({ signal })
    return false
  } catch (error) {
    if (!signal.aborted) throw error
    return true
  }
}

/** Tells how it ended, and writes what is to be kept. */
async function conclude(
  peer: Peer,
  end: End,
  judgedOf: () => JudgedTogether | undefined,
  flags: PeerFlags,
  out: Output,
): Promise<ToldEnding & { readonly saved: boolean }> {
  const isOver = end.kind !== 'interrupted'
  const quality = isOver ? await qualityOf(peer) : undefined
  if (end.kind === 'alone' || end.kind === 'isolated') await judgeTogether(peer, out)
  const outcome = peer.status()
  const told = describeEnding({
    end,
    outcome,
    quality,
    target: flags.untilConsensus ?? peer.recipe.averaging.consensusDistance,
    brings: stepsAsked(flags, peer.recipe, epochs => epochs) > 0,
    hasState: flags.state !== undefined,
    stays: flags.stay === true,
  })
  for (const line of told.lines) out.say(line)
  const judged = judgedOf()
  if (isOver && judged?.figures != null) out.show(describeJudged(judged, peer.recipe, process.stdout))
  if (isOver) await tellSample(peer, out)
  if (!isOver || flags.save === undefined) return { ...told, saved: false }
  await saveParameters(flags.save, peer)
  out.say(`saved the parameters to ${flags.save}`)
  return { ...told, saved: true }
}

/** How good the model is on the test set, in the figures that people know for its task. */
async function qualityOf(peer: Peer): Promise<string | undefined> {
  const evaluation = await peer.evaluate()
  const words = describeQuality(evaluation)
  return peer.recipe.objective.task === 'language'
    ? `a loss of ${evaluation.loss.toFixed(3)} nats per character, ${words}`
    : words
}

/** Prints text that the model writes, where it is one of language. */
async function tellSample(peer: Peer, out: Output): Promise<void> {
  const { createRandom } = await import('../../../src/public/algorithms.ts')
  const { sampleText } = await import('../../../src/public/models.ts')
  const sample = await sampleText(peer.recipe, peer.parameters(), createRandom(SAMPLE_SEED), peer.frozen)
  if (sample === undefined) return
  tellEvent(out, 'sample', { sample })
  out.show(describeSample(sample, 'the model', process.stdout))
}

/** A peer that averages with nobody has nothing to agree on. */
async function untilTrained(peer: Peer, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    if (!['waiting', 'training'].includes(peer.status().phase)) resolve()
    peer.addEventListener('trained', () => resolve())
    peer.addEventListener('failed', ({ detail }) => reject(detail.error))
    signal.addEventListener('abort', () => reject(signal.reason))
    if (signal.aborted) reject(signal.reason)
  })
}
