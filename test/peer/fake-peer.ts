import type { Output } from '../../peer/output.ts'
import {
  type GossipStatus,
  type Peer,
  type PeerEvents,
  parseRecipe,
  type RecipeInput,
  type SwarmView,
} from '../../src/index.ts'
import { createEvents } from '../../src/library/typed-events.ts'

const NONE = { bytesIn: 0, bytesOut: 0 }

const status: GossipStatus = {
  phase: 'training',
  step: 0,
  age: 0,
  ownSteps: 0,
  exchanges: 0,
  exchangesAsked: 0,
  partners: 0,
  inModel: false,
  leftOut: 0,
  members: 0,
  vanished: 0,
  localSteps: 10,
  peers: [],
  consensusDistance: null,
  bytesIn: 0,
  bytesOut: 0,
  streams: { recipe: NONE, exchange: NONE, settle: NONE, fetch: NONE },
  fetchedBytes: 0,
  exchangesBegun: 0,
  clipped: 0,
}

/** What such a peer tells first. */
export const startedEvent: PeerEvents['started'] = {
  peerId: '12D3KooWExample',
  addresses: [],
  swarm: 'f'.repeat(64),
  backend: 'wasm',
  trainer: 'fused',
  threads: 1,
  device: null,
  shard: 80,
  frozen: 0,
  parameters: 6,
  step: 0,
  age: 0,
}

/** A peer that does nothing but tell what a test has it tell. */
export interface FakePeer {
  readonly peer: Peer
  readonly emit: <Name extends keyof PeerEvents & string>(name: Name, detail: PeerEvents[Name]) => void
  /** Changes what the peer says of itself. */
  become(changes: Partial<GossipStatus>): void
  /** Changes what it sees of others; without links they are not told. */
  sees(view: Omit<SwarmView, 'links'> & Partial<SwarmView>): void
  /** Has it seal on this hash. */
  seal(hash: string): void
}

export function createFakePeer(recipe: RecipeInput = {}, id = '12D3KooWExample'): FakePeer {
  const { target, emit } = createEvents<PeerEvents>()
  let current = status
  let sealed: string | undefined
  let view: SwarmView = { distance: null, members: [], links: [] }
  const parts = {
    id,
    swarm: 'f'.repeat(64),
    recipe: parseRecipe(recipe),
    status: () => current,
    view: () => view,
    sealed: () => sealed,
  }
  return {
    peer: Object.assign(target, parts) as unknown as Peer,
    emit,
    become(changes) {
      current = { ...current, ...changes }
    },
    sees(seen) {
      view = { links: null, ...seen }
    },
    seal(hash) {
      sealed = hash
    },
  }
}

/** The output of a command, by its reader. */
export interface RecordedOutput {
  readonly out: Output
  readonly lines: string[]
  readonly warnings: string[]
  readonly events: Record<string, unknown>[]
}

export function recordOutput(): RecordedOutput {
  const lines: string[] = []
  const warnings: string[] = []
  const events: Record<string, unknown>[] = []
  const out: Output = {
    json: true,
    screen: undefined,
    say: line => void lines.push(line),
    sayFigures: figures => void lines.push(figures.join('   ')),
    warn: line => void warnings.push(line),
    print: line => void lines.push(line),
    show: line => void lines.push(line),
    jsonLine: value => void events.push(value as Record<string, unknown>),
    jsonDocument: () => {},
  }
  return { out, lines, warnings, events }
}
