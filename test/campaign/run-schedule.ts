/**
 * Runs a schedule: a swarm of the deployed core on the virtual network, with disks that may be damaged and clocks of their own. The same
 * schedule gives the same events, byte for byte.
 *
 * @packageDocumentation
 */

import type { VirtualClock } from '../../simulations/virtual/clock.ts'
import { createWorld } from '../../simulations/virtual/world.ts'
import { mean } from '../../src/averaging/aggregators/mean.ts'
import { adpsgd } from '../../src/averaging/rules/adpsgd.ts'
import { dpsgd } from '../../src/averaging/rules/dpsgd.ts'
import { parseTopology } from '../../src/averaging/topologies/registry.ts'
import type { GossipEvents } from '../../src/gossip/events.ts'
import { createGossip } from '../../src/gossip/gossip.ts'
import type { FrameStream } from '../../src/gossip/ports.ts'
import { createRandom } from '../../src/random/random.ts'
import type { Core } from '../simulations/chaos.ts'
import { createAudit } from './audit.ts'
import { createDrift } from './drift-trainer.ts'
import { exchangeKey } from './exchange-record.ts'
import { createFaultyDisk, StorageError } from './faulty-disk.ts'
import { liarOf } from './liars.ts'
import { type ReadReally, readReally } from './real-storage.ts'
import type { Fault, Moment, Schedule } from './schedule.ts'
import { createMachine } from './suspension.ts'
import { watchNetwork } from './watched-network.ts'

export interface RunOptions {
  /** Stands in for the core of honest peers, so that tests can show that a broken one is caught. */
  readonly core?: Core
  /** Stands in for what reads a damaged disk. */
  readonly read?: ReadReally
  readonly log?: (line: string) => void
  /** Virtual milliseconds after which it has not ended. Default: {@link LIMIT_MS}, in which it has to. */
  readonly limit?: number
}

/**
 * `mean`: it moves by rounding alone. `halves`: both sides have added a frame, or neither. `bounds`: memory and messages. `end`: everybody is sealed on
 * one hash, or was told that it is not. `storage`: what is read is the newest whole state, and damage is told. `trust`: no honest peer bans another.
 * `error`: no peer fails.
 */
export type Invariant = 'mean' | 'halves' | 'bounds' | 'end' | 'storage' | 'trust' | 'error'

/** A promise that was broken. */
export interface Failure {
  readonly invariant: Invariant
  /** For people. */
  readonly what: string
  /** Virtual milliseconds. */
  readonly at: number
}

export interface Outcome {
  readonly failure: Failure | undefined
  /** Virtual milliseconds that the run took. */
  readonly took: number
  /** The farthest that the mean has moved, in units of what it may. */
  readonly moved: number
  /** How often what happened. */
  readonly counts: Readonly<Record<string, number>>
}

/** Beside every change, how often it is looked: while there are faults, and after them. */
const CHECK_INTERVAL_MS = 50
const LATER_INTERVAL_MS = 400
/** A moment that has not come so long after the fault's time does not come for it any more. */
const MOMENT_PATIENCE_MS = 2_000
/** A machine that was suspended is looked for so often; most of the time it has seen by then what had come to it. */
const AWAKE_MS = 1_000
/** A swarm has so long after the last fault: patience for members that do not come back is two minutes, a few times. */
const LIMIT_MS = 450_000
/** Where for so long after all faults nobody has sealed, or gone back from it, nobody will: it is longer than all patience. */
const UNCHANGED_MS = 240_000
/** Machines agree about the time of day within so much; no peer compares another's with its own. */
const CLOCKS_APART_MS = 1e8
const TODAY_MS = 1.7e12

/** What a peer is told where it does not hold what most of the others do. */
const TOLD =
  /keeps its own|kept the others from ending|takes the sealed parameters|were too far|averaging goes on|has not agreed|nothing was sealed|not ended on one model|^alone$|^sealed by a minority$|^failed/

interface Armed {
  readonly moment: Moment
  strike(stream?: FrameStream): void
}

export async function runSchedule(schedule: Schedule, options: RunOptions = {}): Promise<Outcome> {
  const { core = createGossip, read = readReally, log, limit = LIMIT_MS } = options
  const { peers, dimension, seed, conditions } = schedule
  const random = createRandom(seed).fork('campaign')
  const liars = new Map(schedule.liars.map(({ peer, kind }) => [peer, liarOf(kind)]))
  const drifts = Array.from({ length: peers }, (_, index) => {
    // A swarm that trains begins from one vector: by that, clipping tells what is far.
    const start = schedule.clips ? random.fork('start') : undefined
    return createDrift(dimension, random.fork(`drift/${index}`), start)
  })
  const disks = drifts.map(({ layout }, index) => createFaultyDisk(`peer-${index}`, layout, read))
  /** By how much each machine's clock is ahead of the world's. */
  const ahead = drifts.map((_, index) => TODAY_MS + random.fork(`clock/${index}`).integer(CLOCKS_APART_MS))
  const lives = drifts.map(() => 0)
  const armed: Set<Armed>[] = drifts.map(() => new Set())
  const told: string[][] = drifts.map(() => [])
  /** Peers of which nothing is left that could be gone on from. */
  const gone = new Set<number>()
  /** Peers whose disks have lost what was exchanged. */
  const damaged = new Set<number>()
  const counts: Record<string, number> = {}
  let failure: Failure | undefined
  let pending = schedule.faults.length
  let ready = false
  let split: object | undefined

  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const fail = (invariant: Invariant, what: string) => {
    failure ??= { invariant, what, at: world.clock.now() }
  }
  const say = (what: string) => log?.(`${world.clock.now().toFixed(3)} ${what}`)

  const world = createWorld({
    swarm: '5e'.repeat(32),
    peers,
    seed,
    networkConditions: { delay: conditions.delay, loss: conditions.loss },
    topology: parseTopology(schedule.topology, { seed }),
    steps: schedule.steps,
    localSteps: schedule.localSteps,
    rule: schedule.rule === 'adpsgd' ? adpsgd : dpsgd(mean),
    compression: schedule.compression,
    ...(schedule.clips && { clipping: {} }),
    target: schedule.target,
    maximumNorm: 1e6,
    evaluateEvery: Number.POSITIVE_INFINITY,
    trainer: async (index, _random, clock) => {
      const life = lives[index]
      const isAlive = () => lives[index] === life
      return drifts[index].trainer(clock, async moment => {
        await machines[index].awake()
        if (isAlive()) reach(index, moment)
        if (!isAlive()) await new Promise(() => {})
      })
    },
    log,
    onEvent,
    core: startPeer,
  })
  const { clock, network, simulatedPeers } = world
  const machines = drifts.map(() => createMachine(clock))
  const audit = createAudit({ world, disks, drifts, dimension, isLiar: index => liars.has(index), fail })

  function look(): void {
    if (ready && failure === undefined) audit.look()
  }

  async function startPeer(...[given, emit]: Parameters<Core>): ReturnType<Core> {
    const index = simulatedPeers.findIndex(({ peer }) => peer === given.network.self)
    const life = lives[index]
    const alive = () => lives[index] === life
    const world = given.clock as VirtualClock
    const own = machines[index].clock({ ...world, now: () => world.now() + ahead[index] })
    const { checkpoint, damage } = await disks[index].resume(own)
    if (damage !== undefined) {
      count(damage.lostExchanges ? 'journals damaged' : 'checkpoints damaged')
      told[index].push(damage.message)
      say(`${given.network.self} ${damage.message}`)
    }
    const hooks = { clock: own, alive, reach: (moment: Moment) => reach(index, moment), changed: look }
    const watch = {
      clock: world,
      random: random.fork(`announcements/${index}/${life}`),
      conditions,
      alive,
      reach: (moment: Moment, stream: FrameStream) => reach(index, moment, stream),
      banned: (peer: string) => {
        if (!liars.has(index) && !liars.has(indexOf(peer)))
          fail('trust', `${given.network.self} has banned ${peer}, which is honest`)
      },
      tooLong: (what: string) => fail('bounds', `${given.network.self} sends ${what}`),
    }
    const made = liars.get(index) ?? core
    return await made(
      {
        ...given,
        clock: own,
        network: watchNetwork(machines[index].network(given.network), watch),
        storage: disks[index].open(hooks),
        checkpoint,
      },
      emit,
    )
  }

  const indexOf = (peer: string) => simulatedPeers.findIndex(one => one.peer === peer)

  function onEvent<Name extends keyof GossipEvents>(peer: string, name: Name, detail: GossipEvents[Name]): void {
    const index = indexOf(peer)
    if (name === 'exchange') count(`exchanges ${(detail as GossipEvents['exchange']).outcome}`)
    if (name === 'alone') told[index].push('alone')
    if (name === 'consensus') {
      // Of those that hold its bytes there are so many: few, where most hold others.
      const { members } = detail as GossipEvents['consensus']
      told[index].push(2 * members <= peers ? 'sealed by a minority' : 'sealed by most')
    }
    if (name === 'failed') {
      const { error } = detail as GossipEvents['failed']
      told[index].push(`failed: ${error.message}`)
      if (!liars.has(index)) fail('error', `${peer} has failed: ${error.stack ?? error.message}`)
    }
    if (name !== 'warning') return
    const { message } = detail as GossipEvents['warning']
    told[index].push(message)
    if (message.startsWith('joined late')) audit.replaced(index)
    if (/dropped on both sides/.test(message)) count('losses told')
    if (/not listened to/.test(message) && liars.size === 0) fail('trust', `${peer}: ${message}`)
  }

  function reach(index: number, moment: Moment, stream?: FrameStream): void {
    for (const one of armed[index]) {
      if (one.moment !== moment) continue
      armed[index].delete(one)
      one.strike(stream)
      return
    }
  }

  /** Has something happen when the peer comes to a moment; where it does not come to it, it does not happen. */
  function arm(index: number, moment: Moment, strike: (stream?: FrameStream) => void): void {
    if (moment === 'at once') {
      strike()
      return
    }
    const one = { moment, strike }
    armed[index].add(one)
    clock.after(MOMENT_PATIENCE_MS, () => {
      if (armed[index].delete(one)) pending--
    })
  }

  function crash({ peer: index, down, damage, clock: set, moment }: Extract<Fault, { kind: 'crash' }>): void {
    if (simulatedPeers[index].gossip === undefined) {
      pending--
      return
    }
    look()
    count(`crashes ${moment}`)
    lives[index]++
    world.crash(index)
    for (const one of armed[index]) {
      armed[index].delete(one)
      pending--
    }
    machines[index].reset()
    disks[index].crash(damage)
    // Who has written nothing down yet counts from the time of day alone: set back, others would take what it says for old.
    if (set > 0 || disks[index].content() !== undefined) ahead[index] += set
    const lost = disks[index].lost()
    if (lost === 'exchanges' || lost === 'everything') damaged.add(index)
    audit.lost(index, lost)
    look()
    clock.after(down, () => void restart(index))
  }

  /** A machine that is suspended still has before it what came over the network, from peers that are no more. */
  async function endOfWhatWasUnderWay(): Promise<void> {
    while (!machines.every(machine => machine.isAwake())) {
      await new Promise<void>(resolve => clock.after(AWAKE_MS, resolve))
    }
  }

  async function restart(index: number): Promise<void> {
    try {
      await world.start(index)
      const life = lives[index]
      await endOfWhatWasUnderWay()
      // It may have crashed again.
      if (lives[index] === life) audit.returned(index)
      look()
    } catch (error) {
      if (error instanceof StorageError) fail('storage', `${simulatedPeers[index].peer}: ${error.message}`)
      else if (disks[index].lost() !== 'everything')
        fail('error', `${simulatedPeers[index].peer} did not restart: ${error}`)
      else {
        // Its person is told, and has to begin anew.
        gone.add(index)
        await endOfWhatWasUnderWay()
        audit.returned(index)
        told[index].push((error as Error).message)
        count('disks beyond use')
      }
    } finally {
      pending--
    }
  }

  function strike(fault: Fault): void {
    say(`fault ${JSON.stringify(fault)}`)
    const nameOf = (index: number) => simulatedPeers[index].peer
    switch (fault.kind) {
      case 'cut':
        network.disconnect(nameOf(fault.peer), nameOf(fault.other))
        count('connections cut')
        pending--
        return
      case 'reset':
        arm(fault.peer, fault.moment, stream => {
          stream?.abort(new Error('reset'))
          count(`resets ${fault.moment}`)
          pending--
        })
        return
      case 'split': {
        const token = {}
        split = token
        network.split(new Set(fault.group.map(nameOf)))
        count('splits')
        clock.after(fault.lasts, () => {
          if (split === token) network.split()
          pending--
        })
        return
      }
      case 'crash':
        arm(fault.peer, fault.moment, () => crash(fault))
        return
      case 'suspend':
        machines[fault.peer].suspend(fault.lasts)
        count('machines suspended')
        clock.after(fault.lasts, () => pending--)
    }
  }

  const honest = () => simulatedPeers.filter(({ index }) => !gone.has(index) && !liars.has(index))

  /** How far a peer has come: from averaging to a proposal, and back, is no step. */
  function stage({ gossip }: (typeof simulatedPeers)[number]): string | undefined {
    const phase = gossip?.status().phase
    return phase === 'averaging' || phase === 'sealing' ? 'ending' : phase
  }

  function isOver(): boolean {
    if (failure !== undefined) return true
    if (pending > 0) return false
    // One alone never seals, and where nothing is trained it waits for others as long as it lives.
    if (schedule.steps === 0 && honest().length === 1) return true
    const sealed = honest().map(({ gossip }) => gossip?.sealed())
    const stand = [...sealed, ...honest().map(stage)].join()
    if (stand !== last.stand) last = { stand, since: clock.now() }
    if (clock.now() - last.since > UNCHANGED_MS) {
      requireTold()
      return true
    }
    const hashes = new Set(sealed)
    return hashes.size === 0 || (hashes.size === 1 && !hashes.has(undefined))
  }

  let over = false
  /** What everybody has sealed, and how far each has come, since it is so, all faults being over. */
  let last: { readonly stand: string | undefined; readonly since: number } = { stand: undefined, since: 0 }

  function lookRegularly(): void {
    if (failure === undefined) audit.lookAround()
    over = isOver()
    clock.after(pending > 0 ? CHECK_INTERVAL_MS : LATER_INTERVAL_MS, lookRegularly)
  }

  for (const { index } of simulatedPeers) await world.start(index)
  ready = true
  for (const fault of schedule.faults) clock.after(fault.at, () => strike(fault))
  lookRegularly()
  try {
    await clock.run(() => over || failure !== undefined, limit)
  } catch (error) {
    if ((error as Error).name !== 'StalledError') throw error
    requireTold()
  }
  if (failure === undefined) requireHalves()
  say(failure === undefined ? `over: ${JSON.stringify(counts)}` : `failed: ${failure.what}`)
  return { failure, took: clock.now(), moved: audit.moved(), counts }

  /** Who does not hold what most of the others do knows that. */
  function requireTold(): void {
    if (pending > 0) fail('end', `${pending} faults have not ended`)
    const held = new Map<string | undefined, number>()
    for (const { gossip } of honest()) held.set(gossip?.sealed(), (held.get(gossip?.sealed()) ?? 0) + 1)
    held.delete(undefined)
    const [most] = [...held].sort((a, b) => b[1] - a[1]).map(([hash]) => hash)
    for (const { index, peer, gossip } of honest()) {
      if (most !== undefined && gossip?.sealed() === most) continue
      if (told[index].some(message => TOLD.test(message))) {
        count('left behind, and told')
        continue
      }
      const { phase } = gossip?.status() ?? { phase: 'down' }
      fail(
        'end',
        `${peer} is ${phase} and holds ${gossip?.sealed()?.slice(0, 8)}, the others ${most?.slice(0, 8)}; nobody told it`,
      )
    }
  }

  /** Of every exchange both sides have the same frames, or neither has: but for what damage took, the seal replaced, or is still open. */
  function requireHalves(): void {
    const records = simulatedPeers.map(({ index }) => disks[index].record())
    const open = new Set<string>()
    for (const { peer, gossip } of simulatedPeers) {
      const { decisions = [], doubts = [], aborts = [] } = gossip?.open() ?? {}
      for (const { id } of decisions) open.add(exchangeKey(peer, id))
      for (const { partner, id } of [...doubts, ...aborts]) open.add(exchangeKey(partner, id))
    }
    const isExcused = (index: number) => liars.has(index) || damaged.has(index)
    for (const key of new Set(records.flatMap(({ added }) => [...added.keys()]))) {
      const initiator = indexOf(key.slice(0, key.indexOf('/')))
      if (open.has(key) || isExcused(initiator) || records.some(({ overtaken }) => overtaken.has(key))) continue
      const here = records[initiator].added.get(key) ?? 0
      const others = simulatedPeers.filter(({ index }) => index !== initiator)
      // Whoever has damage may have been the other side, and nobody knows.
      const there = Math.max(0, ...others.map(({ index }) => records[index].added.get(key) ?? 0))
      if (here === there || (there < here && others.some(({ index }) => isExcused(index)))) continue
      fail('halves', `exchange ${key}: ${here} frames were added by its initiator, ${there} by the other side`)
    }
  }
}
