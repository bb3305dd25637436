import { styleText } from 'node:util'
import type { RunResult } from '../../../src/index.ts'
import type { PeerResult } from '../../../src/public/simulate.ts'
import { leftOutOf } from '../../agreement.ts'
import { describeWorth } from '../../figures.ts'
import { wrap } from '../../prose.ts'
import { amount, coefficient, mainFigure } from '../../quality.ts'
import { describeSample, lossOfLanguage } from '../../sample.ts'
import { type Column, drawFacts, drawTable } from '../../table.ts'
import { bytes, count, distance, megabytes, percent, seconds, shortPeer } from '../../words.ts'

const COLUMNS: readonly Column[] = [
  { title: 'peer', align: 'left' },
  { title: 'samples', align: 'right' },
  { title: 'steps', align: 'right' },
  { title: 'in the swarm', align: 'right' },
  { title: 'alone', align: 'right' },
  { title: 'exchanges', align: 'right' },
  { title: 'MB in', align: 'right' },
  { title: 'MB out', align: 'right' },
]

/** How a swarm ended, for people. */
export function describeSwarm(result: RunResult): string {
  const stream = process.stdout
  const rows = result.peerResults.map(rowOf)
  return [
    '',
    drawTable(COLUMNS, rows, stream),
    '',
    styleText(
      'dim',
      wrap(
        `${isRegression(result) ? 'R²' : 'Accuracy'} on test samples nobody trained on: in the swarm, when its training ended; alone, the same data ` +
          'and as many steps without the others. Exchanges: those made, of those that its steps asked for.',
        '  ',
      ),
      { stream },
    ),
    '',
    drawFacts(factsOf(result), stream),
    '',
    ...describeWorth(result, 'the common model', stream),
    ...(result.sample === undefined ? [] : [describeSample(result.sample, 'the merged model', stream)]),
    `  ${verdict(result)}`,
    '',
  ].join('\n')
}

function rowOf(peer: PeerResult): string[] {
  return [
    shortPeer(peer.peer),
    count(peer.samples),
    peer.ownSteps === undefined ? '–' : count(peer.ownSteps),
    mainFigure(peer),
    peer.r2 === undefined ? percent(peer.alone) : coefficient(peer.aloneR2),
    exchangesOf(peer),
    megabytes(peer.bytesIn),
    megabytes(peer.bytesOut),
  ]
}

/** Those that were made, of those that its steps asked for. */
function exchangesOf({ exchanges, exchangesAsked }: PeerResult): string {
  return exchangesAsked === undefined ? count(exchanges) : `${count(exchanges)}/${count(exchangesAsked)}`
}

type Fact = [name: string, value: string, meaning: string]

function isRegression({ recipe }: RunResult): boolean {
  return recipe.objective.task === 'regress'
}

function factsOf({ recipe, final, peerResults, timing }: RunResult): Fact[] {
  const { merged } = final
  const regression = merged?.rmse !== undefined
  const written = (value: number | null) => (regression ? coefficient(value) : percent(value))
  const own = peerResults.map(({ accuracy, r2 }) => r2 ?? accuracy).filter(one => one !== null)
  const alone = peerResults.map(({ alone, aloneR2 }) => aloneR2 ?? alone).filter(one => one !== null)
  return [
    ['common model', mainFigure(merged), `${regression ? 'R²' : 'accuracy'} of the average of all peers`],
    ...(regression && (recipe.model.outputs ?? 1) === 1
      ? ([['its RMSE', amount(merged.rmse), 'in the units of the data']] satisfies Fact[])
      : []),
    ...lossOfLanguage(recipe, final).map(loss => ['its loss', loss, 'nats per character'] satisfies Fact),
    ['in the swarm', written(mean(own)), `mean; the worst peer ${written(least(own))}`],
    ['alone', written(mean(alone)), `mean; the worst peer ${written(least(alone))}`],
    ['distance', distance(final.consensusDistance), 'between the peers; 0 is the same to the bit'],
    ['sent', bytes(final.bytesSent), 'by all peers together; parameters, never data'],
    ['time', seconds(final.time), `of the swarm; ${seconds(timing.wallSeconds)} with the comparison`],
  ]
}

function verdict(result: RunResult): string {
  const { sealed, recipe, peers, peerResults, final } = result
  const stream = process.stdout
  if (recipe.averaging.rule === 'none')
    return 'nothing was averaged, as the rule none says: every peer has its own model'
  if (peers === 1) return 'one peer trained alone: it had nobody to agree with'
  if (sealed) {
    const leftOut = leftOutOf(result).map(({ peer }) => shortPeer(peer))
    return [
      styleText('green', `all ${peers} peers sealed on`, { stream }),
      // On a line of its own, which a terminal does not break.
      `  ${styleText('bold', final.parametersHash, { stream })}`,
      ...(leftOut.length === 0
        ? []
        : [
            '',
            styleText('red', wrap(`the model does not contain the data of ${leftOut.join(', ')}`, '  '), { stream }),
          ]),
    ].join('\n')
  }
  const done = peerResults.filter(peer => peer.sealed !== null).length
  const hashes = new Set(peerResults.map(peer => peer.sealed).filter(hash => hash !== null)).size
  return styleText(
    'red',
    `the peers did not agree: ${done} of ${peers} sealed, on ${count(hashes)} different ${hashes === 1 ? 'hash' : 'hashes'}`,
    { stream },
  )
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.min(...values)
}
