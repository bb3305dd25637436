import type { Peer, RunResult } from '../../../src/index.ts'
import { isComplete } from '../../agreement.ts'
import { defaultPartition } from '../../default-partition.ts'
import { DONE, NOT_IN_MODEL } from '../../exit-codes.ts'
import { onInterruption } from '../../interruption.ts'
import { createOutput } from '../../output.ts'
import { requireWritable } from '../../output-file.ts'
import { writeResult } from '../../result-file.ts'
import { saveParameters } from '../../save-parameters.ts'
import { prepareTask } from '../../task.ts'
import { count, counted, shortHash } from '../../words.ts'
import type { SwarmFlags } from './flags.ts'
import { watchSwarm } from './live-view.ts'
import { describeSwarm } from './summary.ts'

const DEFAULT_SEED = 1

/** @returns the exit code */
export async function runSwarmCommand(file: string | undefined, flags: SwarmFlags): Promise<number> {
  const out = createOutput(flags)
  const signal = onInterruption(out.say)
  await requireWritable('--out', flags.out)
  await requireWritable('--save', flags.save)
  const { parseBackend } = await import('../../../src/public/models.ts')
  const { parsePartition, runSwarm } = await import('../../../src/public/simulate.ts')
  const { recipeHash } = await import('../../../src/index.ts')
  if (flags.partition !== undefined) parsePartition(flags.partition)
  parseBackend(flags.backend)
  const seed = flags.seed ?? DEFAULT_SEED
  const { recipe, data, from } = await prepareTask({
    file,
    flags: { ...flags, consensusDistance: flags.untilConsensus ?? flags.consensusDistance },
    source: flags.data,
    seed,
    trainingSeed: flags.seed,
    strict: flags.strict,
    warn: out.warn,
  })
  const partition = flags.partition ?? defaultPartition(data)
  signal.throwIfAborted()

  const { model, averaging } = recipe
  const view = watchSwarm(out, recipe, [
    `swarm ${shortHash(recipeHash(recipe))}: ${counted(flags.peers, 'peer')}, ${model.name} on ${data.train.name}`,
    `topology ${averaging.topology}, rule ${averaging.rule}, data dealt by ${partition}, seed ${seed}`,
  ])
  let peers: readonly Peer[] = []
  let result: RunResult
  try {
    result = await runSwarm({
      recipe,
      peers: flags.peers,
      data,
      from,
      partition,
      seed,
      backend: flags.backend,
      gpus: flags.gpus ?? (flags.gpu === undefined ? undefined : [flags.gpu]),
      state: flags.state,
      listen: flags.listen,
      connect: flags.connect,
      mdns: flags.mdns,
      bandwidthMbps: flags.bandwidth,
      onStart: started => {
        peers = started
        for (const peer of peers) {
          peer.addEventListener('compression', ({ detail }) => view.say(peer, `compression ${detail.reason}`))
          peer.addEventListener('warning', ({ detail }) => {
            // Once they are asked to stop they lose one another, as they should.
            if (!signal.aborted) view.warn(peer, detail.message)
          })
        }
        view.start(started)
      },
      onPhase: view.phase,
      onRound: view.round,
      signal,
    })
  } finally {
    view.end()
    if (signal.aborted && peers.length > 0) {
      const slowest = Math.min(...peers.map(peer => peer.status().step))
      out.say(`stopped with the slowest peer at step ${count(slowest)} of ${count(recipe.training.steps)}`)
    }
  }
  if (signal.aborted && flags.out !== undefined) {
    await writeResult(flags.out, result)
    out.say(`wrote ${flags.out}, as far as it came`)
  }
  signal.throwIfAborted()

  // Shown first: it must not be lost with a file that cannot be written.
  out.jsonDocument(result)
  out.show(describeSwarm(result))
  if (flags.save !== undefined) {
    await saveParameters(flags.save, peers[0])
    out.say(`wrote ${flags.save}`)
  }
  if (flags.out !== undefined) {
    await writeResult(flags.out, result)
    out.say(`wrote ${flags.out}`)
  }
  return isComplete(result) ? DONE : NOT_IN_MODEL
}
