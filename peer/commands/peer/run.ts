import type { Peer, PeerOptions, Recipe } from '../../../src/index.ts'
import { onInterruption } from '../../interruption.ts'
import { createOutput, type Output } from '../../output.ts'
import { requireWritable } from '../../output-file.ts'
import { readRecipe, requireKnownNames } from '../../recipe-file.ts'
import { describeSample } from '../../sample.ts'
import { saveParameters } from '../../save-parameters.ts'
import { hintAtInit } from '../../task.ts'
import { bytes, distance, percent } from '../../words.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import { type Company, watchCompany } from './company.ts'
import { tellEvents } from './events.ts'
import type { PeerFlags } from './flags.ts'

/** Where everybody splits one dataset, everybody must split it alike. */
const COMMON_SEED = 1

/** Peers that have agreed on one model write the same with it. */
const SAMPLE_SEED = 1

export async function runPeer(file: string | undefined, flags: PeerFlags): Promise<void> {
  const out = createOutput(flags)
  const signal = onInterruption(out.say)
  if (flags.partition !== undefined && flags.shard === undefined) {
    throw new WrongUsage(
      '--partition says how the data is split into shards; it needs --shard I/N, such as --shard 1/5',
    )
  }
  await requireWritable('--save', flags.save)
  if (out.live) out.say('starting…')
  const peer = await create(file, flags, out)
  tellEvents(peer, out, { recipeFile: file, mdns: flags.mdns })
  const company = watchCompany(peer, out)
  try {
    signal.throwIfAborted()
    await peer.start()
    await learn(peer, company, out, signal)
    company.end()
    await tellSample(peer, out)
    if (flags.save !== undefined) {
      await saveParameters(flags.save, peer)
      out.say(`saved the parameters to ${flags.save}`)
    }
    await peer.stop(peer.sealed() === undefined ? 'stopped' : 'consensus')
  } catch (error) {
    company.end()
    // The reason why we stop is worth more than what goes wrong while stopping.
    await peer.stop(signal.aborted ? 'interrupted' : 'failed').catch(() => {})
    throw error
  }
}

async function create(file: string | undefined, flags: PeerFlags, out: Output): Promise<Peer> {
  const { createPeer, defaultRecipe, loadDataset, parseBackend, parsePartition } = await import('../../../src/index.ts')
  const recipe: Recipe = file === undefined ? defaultRecipe : await readRecipe(file)
  await requireKnownNames(recipe)
  parseBackend(flags.backend)
  const partition = flags.partition ?? 'iid'
  parsePartition(partition)

  const { seed } = flags
  const common = seed ?? COMMON_SEED
  const options: PeerOptions = {
    recipe,
    network: { listen: flags.listen, connect: flags.connect, mdns: flags.mdns, bandwidth: flags.bandwidth },
    state: flags.state,
    backend: flags.backend,
    strict: flags.strict,
    gpu: flags.gpu,
    steps: flags.steps,
    consensusDistance: flags.untilConsensus,
  }
  try {
    if (flags.shard === undefined) return await createPeer({ ...options, data: flags.data, seed })
    const data = await loadDataset(flags.data, { seed: common, strict: flags.strict, warn: out.warn })
    // Its own randomness comes from its identity: with a common seed all would pick the same partners.
    return await createPeer({ ...options, data, shard: { ...flags.shard, partition, seed: common } })
  } catch (error) {
    throw hintAtInit(error)
  }
}

async function learn(peer: Peer, company: Company, out: Output, signal: AbortSignal): Promise<void> {
  if (peer.recipe.averaging.rule === 'none') {
    await untilTrained(peer, signal)
    out.say(`trained alone, as the rule none says: ${await quality(peer)}`)
    return
  }
  // One that had sealed with others before may meet nobody now.
  const sealedBefore = peer.status().phase === 'sealed'
  const agreed = await peer.untilConsensus({ signal })
  const figures = await quality(peer)
  const { bytesIn, bytesOut, peers } = peer.status()
  if (!company.met() && !sealedBefore) {
    out.say(`met nobody: these are this peer's parameters alone, with ${figures}`)
    await peer.untilDismissed({ signal })
    // Somebody may have come at the last moment.
    if (company.met()) out.say('everybody this peer knows has sealed')
    return
  }
  out.say(
    `agreed within ${distance(agreed.consensusDistance)}; the common model has ${figures}; ` +
      `${bytes(bytesIn)} in, ${bytes(bytesOut)} out`,
  )
  if (peers.length > 0) out.say('staying until the others have sealed too…')
  await peer.untilDismissed({ signal })
  out.say('everybody this peer knows has sealed, or has left')
}

/** How good the model is on the test set, in the figures that people know for its task. */
async function quality(peer: Peer): Promise<string> {
  const { loss, accuracy } = await peer.evaluate()
  const share = `accuracy ${percent(accuracy)}`
  return peer.recipe.objective.task === 'language' ? `a loss of ${loss.toFixed(3)} nats per character, ${share}` : share
}

/** What the model writes, where it is one of language. */
async function tellSample(peer: Peer, out: Output): Promise<void> {
  const { createRandom, sampleText } = await import('../../../src/index.ts')
  const sample = await sampleText(peer.recipe, peer.parameters(), createRandom(SAMPLE_SEED))
  if (sample === undefined) return
  out.jsonLine({ event: 'sample', time: new Date().toISOString(), sample })
  out.show(describeSample(sample, 'the model', process.stdout))
}

/** A peer that averages with nobody has nothing to agree on. */
async function untilTrained(peer: Peer, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    if (peer.status().phase !== 'training') resolve()
    peer.addEventListener('trained', () => resolve())
    peer.addEventListener('failed', ({ detail }) => reject(detail.error))
    signal.addEventListener('abort', () => reject(signal.reason))
    if (signal.aborted) reject(signal.reason)
  })
}
