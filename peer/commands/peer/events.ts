import { styleText } from 'node:util'
import type { EventDetail, EventName, Peer, PeerEvents } from '../../../src/index.ts'
import { describeClipped, describeExchange } from '../../event-lines.ts'
import { describeTestSamples, summariseFigures } from '../../figures.ts'
import type { Output } from '../../output.ts'
import { tellEvent } from '../../tell-event.ts'
import { count, counted, shortHash, shortPeer } from '../../words.ts'
import { describeJoining, describeWaiting, isCommand, type JoiningHint } from './joining.ts'
import { describeStandardised } from './standardised.ts'
import { createEstimate, describeRound } from './training-pace.ts'
import { describeTried } from './tried.ts'
import { describeUnreachable } from './unreachable.ts'
import { describePortMapping } from './upnp.ts'

/** An event that a line of JSON can tell as it is. */
type PlainEvent = {
  [Name in keyof PeerEvents & EventName]: PeerEvents[Name] extends EventDetail<Name> ? Name : never
}[keyof PeerEvents & EventName]

/** Those that go out as JSON lines as they are. */
const PLAIN = [
  'started',
  'waiting',
  'standardised',
  'peer:join',
  'peer:leave',
  'round',
  'trained',
  'exchange',
  'clipped',
  'compression',
  'warning',
  'unreachable',
  'upnp',
  'consensus',
  'judged',
  'stopped',
] as const satisfies readonly PlainEvent[]

/** An address at which nobody answers, which the network tries for as long as the peer lives. */
const UNREACHED = /^cannot connect to /

/** Somebody has told this peer why it is not let in. */
const REFUSED = / refuses this peer, /

/** Whose program makes the steps, behind the name of the backend: of a module nothing is known. */
const TRAINERS: Readonly<Record<PeerEvents['started']['trainer'], string>> = {
  fused: ' (fused)',
  tensorflow: ' (TensorFlow.js)',
  module: '',
}

/** The circumstances that the events do not tell by themselves. */
export interface Telling {
  readonly joining: JoiningHint
  /** Who may be a member, for people. */
  readonly membership: string
  /** Whether the peer was told to train alone. */
  readonly alone: boolean
  /** Whether people are told of every exchange. */
  readonly verbose: boolean
  /** Own steps that the peer is to train at the least with so many samples. */
  readonly stepsAsked: (samples: number) => number
}

/** Tells what happens to a peer: a program by JSON lines, people in words. */
export function tellEvents(
  peer: Peer,
  out: Output,
  { joining, membership, alone, verbose, stepsAsked }: Telling,
): void {
  let started = false
  /** Addresses at which others can reach this peer, until users were told how. */
  let untold: readonly string[] | undefined
  /** Notices of waiting since the command to type was printed. */
  let sinceLine = 0
  let isRefused = false
  let waitedFor: PeerEvents['waiting']['for'] | undefined
  let asked = peer.recipe.training.steps
  const estimateLeft = createEstimate(peer.recipe)
  const isOwn = alone || peer.recipe.averaging.rule === 'none'
  function tellHowToJoin(): void {
    for (const line of describeJoining(untold ?? [], joining)) out.say(line)
    untold = undefined
  }

  /** What a program needs to start others. A key is a secret of more than this run: whoever may have it has its file. */
  function inviting(): { readonly invite?: string } {
    const entry = joining.entry()
    return entry.kind === 'invitation' ? { invite: entry.text } : {}
  }

  for (const name of PLAIN) {
    peer.addEventListener(name, ({ detail }) =>
      tellEvent(out, name, name === 'waiting' ? { ...detail, ...inviting() } : detail),
    )
  }
  /** What was tried, where nobody came. */
  function tellTried(): void {
    const tried = peer.tried()
    const { partners, vanished } = peer.status()
    if (tried === undefined || partners + vanished > 0) return
    for (const line of describeTried(tried, joining)) out.say(line)
  }

  peer.addEventListener('failed', ({ detail: { error } }) => {
    const isNobodyThere = error.name === 'NobodyThereError'
    tellEvent(out, 'failed', {
      name: error.name,
      message: error.message,
      ...(isNobodyThere ? { tried: peer.tried() } : {}),
    })
    if (isNobodyThere) tellTried()
  })
  peer.addEventListener('alone', ({ detail }) => {
    tellEvent(out, 'alone', { ...detail, tried: peer.tried() })
    tellTried()
  })

  peer.addEventListener('started', ({ detail }) => {
    const { peerId, addresses, swarm, backend, trainer, threads, shard, parameters, frozen, step } = detail
    started = true
    asked = stepsAsked(shard)
    out.say(`peer ${bold(peerId)}`)
    const still = frozen === 0 ? '' : ` (${count(frozen)} more are frozen, and not sent)`
    out.say(
      `swarm ${shortHash(swarm)}: ${counted(parameters, 'parameter')}${still}, ${counted(shard, 'sample')} here, on ${backend}${TRAINERS[trainer]}${threads > 1 ? `, ${threads} threads` : ''}`,
    )
    // One that averages with nobody lets nobody in.
    if (!isOwn) out.say(membership)
    if (peer.recipe.data.standardise && !isOwn) {
      out.say('agreeing with others on how samples are standardised, before training…')
    }
    if (step > 0) out.say(`resumed at step ${count(step)}`)
    untold = addresses
    // One that has to wait tells it together with what it waits for.
    if (peer.status().phase !== 'waiting' || peer.recipe.data.standardise) tellHowToJoin()
  })
  peer.addEventListener('waiting', ({ detail }) => {
    const printed = { why: waitedFor === detail.for, joining: untold === undefined, sinceLine, refusal: isRefused }
    const lines = describeWaiting(detail, joining, printed)
    // In a terminal the reason stands below until it is another, and the line to paste above.
    if (out.screen === undefined || !printed.why || !printed.joining) for (const line of lines) out.say(line)
    sinceLine = lines.some(isCommand) ? 0 : sinceLine + 1
    waitedFor = detail.for
    untold = undefined
  })
  peer.addEventListener('standardised', ({ detail }) => out.say(describeStandardised(peer.recipe, detail, isOwn)))
  peer.addEventListener('peer:join', ({ detail }) => out.say(`${green('+')} ${shortPeer(detail.peer)} joined`))
  peer.addEventListener('peer:leave', ({ detail }) => out.say(`${green('-')} ${shortPeer(detail.peer)} left`))
  peer.addEventListener('round', ({ detail }) => {
    tellHowToJoin()
    if (out.screen === undefined)
      out.sayFigures(describeRound(detail, { status: peer.status(), asked, alone }, estimateLeft))
  })
  if (verbose) peer.addEventListener('exchange', ({ detail }) => out.say(describeExchange(detail)))
  peer.addEventListener('clipped', ({ detail }) => out.say(`clipped ${describeClipped(detail)}`))
  peer.addEventListener('trained', () => {
    if (asked === 0)
      return out.say('watching: this peer has nothing to train, and takes the model on which others agree')
    const next = alone || peer.recipe.averaging.rule === 'none' ? '' : '; averaging until all agree'
    out.say(`training ended after ${counted(peer.status().ownSteps, 'own step')}${next}`)
  })
  peer.addEventListener('compression', ({ detail }) => out.say(`compression ${detail.reason}`))
  peer.addEventListener('warning', ({ detail }) => {
    // Once all have sealed they go home, each in its own time.
    if (peer.status().phase === 'sealed' && UNREACHED.test(detail.message)) return
    isRefused ||= REFUSED.test(detail.message)
    out.warn(detail.message)
  })
  peer.addEventListener('unreachable', ({ detail }) => {
    const [what, ...advice] = describeUnreachable(detail)
    out.warn(what)
    for (const line of advice) out.say(line)
  })
  peer.addEventListener('upnp', ({ detail }) => {
    const [what, ...advice] = describePortMapping(detail)
    if (advice.length > 0) out.warn(what)
    else out.say(what)
    for (const line of advice) out.say(line)
  })
  peer.addEventListener('consensus', ({ detail }) => {
    out.say(`${green('sealed')} on ${bold(detail.parametersHash)}`)
  })
  peer.addEventListener('judged', ({ detail }) => {
    // One by itself says it in the end.
    if (detail.of === 1) return
    out.say(
      detail.figures === null
        ? `the common model was not judged together: ${detail.reason}`
        : `judged on ${describeTestSamples(detail)}: ${summariseFigures(detail.figures)}`,
    )
  })
  peer.addEventListener('stopped', ({ detail: { reason, step, checkpoint } }) => {
    // One that could not start says why, and that is all.
    if (!started) return
    const kept = checkpoint === null ? '' : `; checkpoint in ${checkpoint}`
    out.say(`stopped at step ${count(step)} (${reason})${kept}`)
  })
}

function bold(text: string): string {
  return styleText('bold', text, { stream: process.stderr })
}

function green(text: string): string {
  return styleText('green', text, { stream: process.stderr })
}
