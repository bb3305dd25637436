import { join } from 'node:path'
import type { Peer, Recipe, RunResult } from '../../../src/index.ts'
import { isComplete } from '../../agreement.ts'
import type { Dashboard } from '../../dashboard/dashboard.ts'
import { withDashboard } from '../../dashboard/with-dashboard.ts'
import { defaultPartition } from '../../default-partition.ts'
import { describeClipped, describeExchange, describeInterval } from '../../event-lines.ts'
import { DONE, NOT_IN_MODEL } from '../../exit-codes.ts'
import { onInterruption } from '../../interruption.ts'
import { OPEN } from '../../names.ts'
import { createOutput, type Output } from '../../output.ts'
import { requireWritable, writeOutput } from '../../output-file.ts'
import { reportReading } from '../../reading.ts'
import { writeResult } from '../../result-file.ts'
import { requireNameOfTensors, saveParameters } from '../../save-parameters.ts'
import { shellWords } from '../../shell-words.ts'
import { headline, sideNotes } from '../../table-report.ts'
import { prepareTask } from '../../task.ts'
import { describeNext, type Kept } from '../../what-next.ts'
import { count, counted, shortHash } from '../../words.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import { ownData, type SwarmFlags } from './flags.ts'
import { watchSwarm } from './live-view.ts'
import { prepareSites } from './sites.ts'
import { describeSwarm } from './summary.ts'

const DEFAULT_SEED = 1
const DEFAULT_SOURCE = 'digits'

/** All of a swarm's peers have sealed the same, so the first is as good as any. */
const FIRST_PEER = 'peer-1'

const NOTHING_KEPT =
  'the model is thrown away: with --save FILE it is written, with --state DIR the peers and their models are kept'

/** @returns the exit code */
export async function runSwarmCommand(file: string | undefined, flags: SwarmFlags): Promise<number> {
  const out = createOutput(flags, { timed: process.stderr.isTTY !== true })
  const interrupted = onInterruption(out.say)
  await requireWritable('--out', flags.out)
  await requireWritable('--save', flags.save)
  requireNameOfTensors(flags.save)
  await requireWritable('--report', flags.report)
  return await withDashboard(
    {
      what: 'swarm',
      place: flags.dashboard,
      out,
      isSilent: flags.quiet === true,
      tellsEvents: false,
      interrupted,
    },
    (...watched) => runWatched(file, flags, ...watched),
  )
}

async function runWatched(
  file: string | undefined,
  flags: SwarmFlags,
  out: Output,
  signal: AbortSignal,
  dashboard: Dashboard | undefined,
): Promise<number> {
  const { parseBackend } = await import('../../../src/public/models.ts')
  const { parsePartition, renderReport, runSwarm } = await import('../../../src/public/simulate.ts')
  const { recipeHash } = await import('../../../src/index.ts')
  if (flags.partition !== undefined) parsePartition(flags.partition)
  parseBackend(flags.backend)
  const seed = flags.seed ?? DEFAULT_SEED
  const peerCount = requireAgreeing(flags)
  const [source = DEFAULT_SOURCE] = flags.data ?? []
  const reading = reportReading(out, source)
  const common = {
    file,
    flags: { ...flags, consensusDistance: flags.untilConsensus ?? flags.consensusDistance },
    task: flags.task,
    seed,
    trainingSeed: flags.seed,
    strict: flags.strict,
    remembers: flags.state && join(flags.state, FIRST_PEER),
    warn: out.warn,
    onProgress: reading.onProgress,
  }
  const isOwn = ownData(flags) !== undefined
  const { recipe, data, from } = await (isOwn
    ? prepareSites({ ...common, sources: flags.data ?? [] })
    : prepareTask({ ...common, source })
  ).finally(reading.end)
  const partition = 'train' in data ? (flags.partition ?? defaultPartition(data)) : undefined
  signal.throwIfAborted()

  const { model, averaging } = recipe
  const first = 'train' in data ? data : data[0]
  const name = 'train' in data ? data.train.name : `${data.length} tables`
  const dealt = partition === undefined ? 'data of its own for each' : `data dealt by ${partition}`
  const view = watchSwarm(out, recipe, [
    ...(first.table === undefined ? [] : [headline(name, first.table), ...sideNotes(first.table)]),
    `swarm ${shortHash(recipeHash(recipe))}: ${counted(peerCount, 'peer')}, ${model.name} on ${name}`,
    `topology ${averaging.topology}, rule ${averaging.rule}, ${dealt}, seed ${seed}`,
    ...(isOpenToOthers(recipe, flags) ? [OPEN] : []),
  ])
  const watch = dashboard && (await import('../../dashboard/watch-swarm.ts')).watchSwarmOn(dashboard.board, recipe)
  let peers: readonly Peer[] = []
  let result: RunResult
  try {
    result = await runSwarm({
      recipe,
      peers: peerCount,
      data,
      from,
      partition,
      seed,
      backend: flags.backend,
      threads: flags.threads,
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
          peer.addEventListener('clipped', ({ detail }) => view.say(peer, `clipped ${describeClipped(detail)}`))
          if (flags.verbose) {
            peer.addEventListener('exchange', ({ detail }) => view.say(peer, describeExchange(detail)))
            peer.addEventListener('round', ({ detail }) => view.say(peer, describeInterval(detail)))
          }
          peer.addEventListener('warning', ({ detail }) => {
            // Once they are asked to stop they lose one another, as they should.
            if (!signal.aborted) view.warn(peer, detail.message)
          })
        }
        view.start(started)
        watch?.start(started)
      },
      onPhase(phase) {
        view.phase(phase)
        if (phase === 'alone') watch?.pause('training each peer alone, for comparison')
      },
      onRound(round) {
        view.round(round)
        watch?.round(round)
      },
      signal,
    })
  } finally {
    view.end()
    watch?.end()
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
  if (flags.report !== undefined) {
    const command = shellWords(['hearsay', ...process.argv.slice(2)])
    await writeOutput('--report', flags.report, await renderReport({ result, command }))
    out.say(`wrote ${flags.report}`)
  }
  const kept: Kept = { file: flags.save, state: flags.state && join(flags.state, FIRST_PEER) }
  if (flags.save === undefined && flags.state === undefined) out.say(NOTHING_KEPT)
  for (const line of describeNext(recipe, kept)) out.say(line)
  return isComplete(result) ? DONE : NOT_IN_MODEL
}

/** Left to themselves, the peers are reached from this machine only. */
function isOpenToOthers({ security }: Recipe, { mdns, listen, connect }: SwarmFlags): boolean {
  return security.membership === 'open' && (mdns === true || listen !== undefined || connect !== undefined)
}

/** @returns how many peers there are */
function requireAgreeing(flags: SwarmFlags): number {
  const own = ownData(flags)
  if (own === undefined) return flags.peers as number
  if (flags.peers !== undefined && flags.peers !== own) {
    throw new WrongUsage(`--peers ${flags.peers} and ${own} times --data, one for each peer: leave --peers out`)
  }
  if (flags.partition !== undefined) {
    throw new WrongUsage('--partition says how one --data is dealt; with one for each peer nothing is')
  }
  return own
}
