import { styleText } from 'node:util'
import type { Peer, PeerEvents } from '../../../src/index.ts'
import type { Output } from '../../output.ts'
import { count, counted, distance, percent, shortHash, shortPeer } from '../../words.ts'

/** Those that go out as JSON lines as they are. */
const PLAIN = [
  'started',
  'standardised',
  'peer:join',
  'peer:leave',
  'round',
  'trained',
  'exchange',
  'compression',
  'warning',
  'consensus',
  'stopped',
] as const satisfies readonly (keyof PeerEvents)[]

/** What others need, beside an address, to join. */
export interface JoiningHint {
  readonly recipeFile: string | undefined
  /** Whether they find this peer on the local network. */
  readonly mdns: boolean
}

/** Tells what happens to a peer: a program by JSON lines, people in words. */
export function tellEvents(peer: Peer, out: Output, { recipeFile, mdns }: JoiningHint): void {
  let started = false
  const tell = (event: string, detail: object) => out.jsonLine({ event, time: new Date().toISOString(), ...detail })
  for (const name of PLAIN) peer.addEventListener(name, ({ detail }) => tell(name, detail))
  peer.addEventListener('failed', ({ detail: { error } }) =>
    tell('failed', { name: error.name, message: error.message }),
  )

  peer.addEventListener('started', ({ detail }) => {
    const { peerId, addresses, swarm, backend, shard, parameters, step } = detail
    started = true
    out.say(`peer ${bold(peerId)}`)
    out.say(
      `swarm ${shortHash(swarm)}: ${counted(parameters, 'parameter')}, ${counted(shard, 'sample')} here, on ${backend}`,
    )
    if (peer.recipe.data.standardise) out.say('agreeing with others on how samples are standardised, before training…')
    if (step > 0) out.say(`resumed at step ${count(step)}`)
    out.say(`Others join with the same recipe${mdns ? ', on the local network by themselves, else' : ''} with`)
    for (const address of farthestFirst(addresses)) {
      out.say(`  hearsay peer ${recipeFile === undefined ? '' : `${recipeFile} `}--connect ${address}`)
    }
  })
  peer.addEventListener('standardised', ({ detail }) =>
    out.say(`agreed on the mean and spread of ${counted(detail.mean.length, 'feature')}`),
  )
  peer.addEventListener('peer:join', ({ detail }) => out.say(`${green('+')} ${shortPeer(detail.peer)} joined`))
  peer.addEventListener('peer:leave', ({ detail }) => out.say(`${green('-')} ${shortPeer(detail.peer)} left`))
  peer.addEventListener('round', ({ detail }) => {
    const { step, loss, accuracy, peers, consensusDistance } = detail
    const figures = [
      `step ${count(step).padStart(6)}`,
      `loss ${loss.toFixed(3)}`,
      `accuracy ${percent(accuracy).padStart(7)}`,
      counted(peers, 'other peer'),
      ...(consensusDistance === null ? [] : [`distance ${distance(consensusDistance)}`]),
    ]
    out.say(figures.join('   '))
  })
  peer.addEventListener('trained', ({ detail }) => {
    const next = peer.recipe.averaging.rule === 'none' ? '' : '; averaging until all agree'
    out.say(`training ended after ${counted(detail.step, 'step')}${next}`)
  })
  peer.addEventListener('compression', ({ detail }) => out.say(`compression ${detail.reason}`))
  peer.addEventListener('warning', ({ detail }) => out.warn(detail.message))
  peer.addEventListener('consensus', ({ detail }) => {
    out.say(`${green('sealed')} on ${bold(detail.parametersHash)}`)
  })
  peer.addEventListener('stopped', ({ detail: { reason, step, checkpoint } }) => {
    // One that could not start says why, and that is all.
    if (!started) return
    const kept = checkpoint === null ? '' : `; checkpoint in ${checkpoint}`
    out.say(`stopped at step ${count(step)} (${reason})${kept}`)
  })
}

/** The addresses that reach this peer from elsewhere before the one that only reaches it from here. */
function farthestFirst(addresses: readonly string[]): string[] {
  const isLocal = (address: string) => Number(address.startsWith('/ip4/127.'))
  return [...addresses].sort((a, b) => isLocal(a) - isLocal(b))
}

function bold(text: string): string {
  return styleText('bold', text, { stream: process.stderr })
}

function green(text: string): string {
  return styleText('green', text, { stream: process.stderr })
}
