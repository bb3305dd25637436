import type { Recipe } from '../../src/index.ts'
import {
  agreementSlope,
  fixedLinks,
  type PeerLink,
  type RoundResult,
  type RunResult,
} from '../../src/public/simulate.ts'
import { shortHash } from '../words.ts'
import type { Board } from './board.ts'
import type { Now, RunPhase } from './told.ts'

/** What tells a board of a simulation: of one that runs, or of a finished one again. */
export interface SimulationWatch {
  round(round: RoundResult): void
  end(result: Pick<RunResult, 'sealed' | 'final' | 'rounds' | 'spectralGap' | 'recipe' | 'conditions'>): void
}

/** What is simulated. */
export interface Simulated {
  readonly recipe: Recipe
  readonly swarm: string
  readonly peers: number
  readonly engine: string
  readonly seed: number
  /** How long it is; undefined where it goes on until the peers agree. */
  readonly rounds: number | undefined
  /** The content of the topology's file, where it has one; without it the graph has no lines. */
  readonly edges?: string
}

/** Shows on a board a swarm that is simulated, over its rounds in place of time. */
export function watchSimulationOn(board: Board, simulated: Simulated): SimulationWatch {
  const { recipe, swarm, peers, engine, seed, rounds } = simulated
  const { training, averaging } = recipe
  const trains = training.steps > 0
  let state: Now = { ...board.now(), target: averaging.rule === 'none' ? null : averaging.consensusDistance }
  /** Of a swarm whose peers are drawn. */
  let links: readonly PeerLink[] | undefined

  board.introduce({
    what: 'simulation',
    unit: 'rounds',
    title: `simulation of ${peers} peers`,
    recipe,
    facts: [
      ['swarm', shortHash(swarm)],
      ['engine', `${engine}, seed ${seed}`],
      ['task', recipe.objective.task],
      ['rule', averaging.rule],
      ['topology', averaging.topology],
    ],
  })

  return {
    round(result) {
      const { round, peerDistances = [], consensusDistance, merged, localAccuracy, bytesSent } = result
      const ids = peerDistances.map((_, index) => `peer ${index}`)
      if (ids.length > 0) links ??= linksOf(simulated)
      state = {
        ...state,
        at: round,
        phase: phaseAt(round, trains, rounds),
        steps: rounds === undefined ? null : { done: Math.min(round, rounds), asked: rounds },
        nodes: peerDistances.map((distance, index) => ({
          id: ids[index],
          name: ids[index],
          isSelf: false,
          phase: '',
          distance,
          samples: 0,
        })),
        links: (links ?? []).map(([from, to]) => ({ from: ids[from], to: ids[to], exchanges: false })),
        more: peers - ids.length,
      }
      board.become(state, round)
      board.measure(
        {
          distance: consensusDistance,
          loss: merged?.loss ?? result.localLoss,
          accuracy: merged?.accuracy,
          localAccuracy: localAccuracy?.mean,
          r2: merged?.r2,
          rmse: merged?.rmse,
          sentBytes: bytesSent,
        },
        round,
      )
    },
    end(result) {
      for (const [round, distance] of agreementSlope(result)?.points ?? []) board.measure({ theory: distance }, round)
      board.become({ ...state, phase: 'ended', seal: result.sealed ? result.final.parametersHash : null }, state.at)
    },
  }
}

function linksOf({ recipe, peers, edges }: Simulated): readonly PeerLink[] {
  const isInFile = recipe.averaging.topology.startsWith('file:')
  return isInFile && edges === undefined ? [] : (fixedLinks(recipe, peers, edges) ?? [])
}

function phaseAt(round: number, trains: boolean, rounds: number | undefined): RunPhase {
  return trains && (rounds === undefined || round < rounds) ? 'training' : 'averaging'
}
