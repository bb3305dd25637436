import { expect, test } from 'vitest'
import { settings, whatCameOut } from '../../simulations/report/facts.ts'
import { drawAdjacency } from '../../simulations/report/plots/adjacency.ts'
import { consensusDistancePlot } from '../../simulations/report/plots/consensus-distance.ts'
import { renderReport } from '../../simulations/report/report.ts'
import { roundsAsCsv } from '../../simulations/report/rounds-csv.ts'
import type { RunResult } from '../../simulations/result.ts'
import { simulate } from '../../simulations/simulate.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'
import type { Topology } from '../../src/averaging/topology.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'

const command = "hearsay simulate --peers 6 --data 'csv:a file.csv'"

/** A real run: vectors that are only averaged. */
async function run(peers: number, averaging: { rule: string; topology: string }, rounds = 3): Promise<RunResult> {
  const recipe = parseRecipe({
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [4], classes: 0 },
    training: { steps: 0 },
    averaging,
  })
  return await simulate({ recipe, peers, rounds, seed: 1, engine: 'virtual' })
}

const ring = await run(6, { rule: 'dpsgd', topology: 'ring' })

/** The same with everything that training would have measured. */
const learned: RunResult = {
  ...ring,
  recipe: parseRecipe({ training: { steps: 30 }, averaging: { rule: 'dpsgd', topology: 'ring' } }),
  rounds: ring.rounds.map((round, i) => ({ ...round, ...judged(i / 10) })),
  final: { ...ring.final, ...judged(0.73) },
}

function judged(accuracy: number) {
  return {
    localLoss: 2,
    localAccuracy: { mean: accuracy / 2, min: accuracy / 4, max: accuracy },
    merged: { loss: 1, accuracy },
  }
}

/** The same of a regression. */
const measured: RunResult = {
  ...ring,
  recipe: parseRecipe({
    objective: { task: 'regress' },
    model: { classes: 0, outputs: 1 },
    averaging: { rule: 'dpsgd', topology: 'ring' },
  }),
  rounds: ring.rounds.map((round, i) => ({ ...round, ...regressed(i / 10) })),
  final: { ...ring.final, ...regressed(0.73) },
}

function regressed(r2: number) {
  return {
    localLoss: 2,
    localR2: { mean: r2 / 2, min: r2 / 4, max: r2 },
    merged: { loss: 1, accuracy: null, r2, rmse: 2, mae: 1.5 },
  }
}

const titles = (html: string) => [...html.matchAll(/<figure>\s*<h2>(.*?)<\/h2>/g)].map(([, title]) => title)

test('a report is one page that fetches nothing and runs no program', async () => {
  const html = await renderReport({ result: learned, command })
  expect(html).toMatch(/^<!doctype html>/)
  expect(html).not.toMatch(/<(script|link|img|iframe|object)\b|@import|url\((?!#)|\bsrc=|\bhref=/i)
  const addresses = [...html.matchAll(/https?:[^"'\s<]+/g)].map(([address]) => address)
  expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink']))
  expect(Buffer.byteLength(html)).toBeLessThan(2_000_000)
})

test('of a regression a report tells and plots R² and errors in place of accuracy', async () => {
  const html = await renderReport({ result: measured, command })
  expect(titles(html).slice(0, 2)).toEqual(['R²', 'Loss'])
  expect(html).toContain('The merged model’s R² on the test samples is 0.73, and the root of its mean squared error 2')
  expect(html).toContain('predicts a measured value')
  expect(html).toMatch(/<th[^>]*>merged RMSE<\/th>/)
  expect(html).not.toMatch(/merged accuracy|Accuracy/)
})

test('a report plots what was measured, and nothing that was not', async () => {
  expect(titles(await renderReport({ result: learned, command }))).toEqual([
    'Accuracy',
    'Loss',
    'Consensus distance',
    'Bytes sent',
    'Topology: ring',
    ...(learned.pairwise === undefined ? [] : ['Distances in the end']),
  ])
  const averaged = await renderReport({ result: { ...ring, pairwise: undefined }, command })
  expect(titles(averaged)).toEqual(['Consensus distance', 'Bytes sent', 'Topology: ring'])
})

test('distances between peers are a heat map with a cell for every two', async () => {
  const row = (...distances: number[]) => distances
  const pairwise = { peers: [0, 2, 4], distances: [row(0, 1, 2), row(1, 0, 3), row(2, 3, 0)] }
  const html = await renderReport({ result: { ...ring, pairwise }, command })
  const [map] = html.split('<h2>Distances in the end</h2>')[1].split('</figure>')
  expect(map).toContain('3 of the 6 peers')
  // Each of the distances 0, 1, 2 and 3 has its colour, and cells of two peers have the same both ways.
  const fills = [...map.matchAll(/<path d="[^"]*Z" fill="(rgb[^"]*)"/g)].map(([, fill]) => fill)
  const cells = Map.groupBy(fills, fill => fill)
  expect([...cells.values()].map(({ length }) => length).sort()).toEqual([2, 2, 2, 3])
})

test('a report says in words what was run and what came out, and shows the command as it is typed', async () => {
  const html = await renderReport({ result: learned, command })
  expect(html).toContain('6 peers learned one model (mlp:64) that tells 10 classes apart')
  expect(html).toContain('The merged model is right on 73.0 % of the test samples')
  expect(html).toContain('hearsay simulate --peers 6 --data &#39;csv:a file.csv&#39;')
})

test('the slope of the theory is drawn where the gap is known and rounds average by W, and not elsewhere', async () => {
  const isDrawn = async (result: RunResult) => (await renderReport({ result, command })).includes('β^t')
  expect(ring.spectralGap).toBeGreaterThan(0)
  expect(await isDrawn(ring)).toBe(true)
  expect(await isDrawn({ ...ring, spectralGap: null })).toBe(false)
  const pairs = { ...ring.recipe, averaging: { ...ring.recipe.averaging, rule: 'adpsgd' } }
  expect(await isDrawn({ ...ring, recipe: pairs })).toBe(false)
})

const { averaging, exchange } = ring.recipe
test.each<[what: string, changes: Partial<RunResult>]>([
  ['lost messages', { conditions: { loss: 0.1 } }],
  ['churn', { conditions: { churn: 'trace' } }],
  ['a split', { conditions: { splits: [{ at: 1, until: 2, share: 0.5 }] } }],
  ['byzantine peers', { conditions: { byzantine: { share: 0.2, attack: 'alie' } } }],
  ['a median', { recipe: { ...ring.recipe, averaging: { ...averaging, aggregator: 'median' } } }],
  ['compression', { recipe: { ...ring.recipe, exchange: { ...exchange, compression: 'int8' } } }],
  ['a rule that moves the mean', { recipe: { ...ring.recipe, averaging: { ...averaging, rule: 'push-sum' } } }],
])('with %s a report promises neither a mean that stays nor the slope of the theory', (_what, changes) => {
  const promises = (result: RunResult) => [
    whatCameOut(result).join(' ').includes('which should be rounding'),
    consensusDistancePlot(result)?.caption.includes('β') ?? false,
  ]
  expect(promises(ring)).toEqual([true, true])
  expect(promises({ ...ring, ...changes })).toEqual([false, false])
})

test('a result says under which conditions it was made, where they were given, and its report has a row for each', async () => {
  expect(ring).not.toHaveProperty('conditions')
  const { recipe } = ring
  const conditions = { loss: 0.05, delay: '5-50', byzantine: { share: 0.25, attack: 'alie' } }
  const churn = [{ time: 1, peer: 0, up: false }]
  const result = await simulate({ recipe, peers: 6, rounds: 2, seed: 1, engine: 'matrix', ...conditions, churn })
  expect(result.conditions).toEqual({ ...conditions, churn: 'trace' })
  const html = await renderReport({ result, command })
  for (const [name, value] of [
    ['messages lost', '5.0 %'],
    ['delay of a message', '5-50 (milliseconds)'],
    ['churn', 'by a list of who was away when'],
    ['byzantine peers', '25.0 % of the peers, by alie'],
  ]) {
    expect(html).toContain(`<th scope="row">${name}</th><td>${value}</td>`)
  }
})

test('a batch is a setting of tasks with samples only', () => {
  const names = (result: RunResult) => settings(result).map(([name]) => name)
  expect(names(learned)).toContain('batch')
  const recipe = parseRecipe({ objective: { task: 'quadratic' }, model: { name: 'vector', shape: [4], classes: 0 } })
  expect(names({ ...learned, recipe })).not.toContain('batch')
})

test('peers that agree to the bit are missing in no drawing without a word', async () => {
  const [first, ...others] = ring.rounds
  const rounds = [first, ...others.map(round => ({ ...round, consensusDistance: 0 }))]
  const pairwise = { peers: [0, 1], distances: [Array(2).fill(0), Array(2).fill(0)] }
  const html = await renderReport({ result: { ...ring, rounds, pairwise }, command })
  expect(html).toContain('this axis has no zero')
  expect(html).toContain('All are 0: these peers agree to the bit.')
  expect(await renderReport({ result: ring, command })).not.toContain('this axis has no zero')
})

test('of a dense graph no more neighbours are looked at than a page is worth', () => {
  let looked = 0
  const counting: Topology = {
    ...complete,
    neighbours(peer, peers, round) {
      const neighbours = complete.neighbours(peer, peers, round)
      looked += neighbours.length
      return neighbours
    },
  }
  drawAdjacency(counting, 50_000)
  expect(looked).toBeLessThan(2_000_000)
})

test('a run that did not end is shown as such, with its round and peer', async () => {
  const diverged = { reason: 'diverged', round: 7, peer: 'peer-3' } as const
  const html = await renderReport({ result: { ...learned, partial: diverged }, command })
  expect(html).toMatch(
    /role="alert">This run diverged: in round 7 the parameters of peer-3 were not finite, or their norm was above 1e6/,
  )
  expect(await renderReport({ result: learned, command })).not.toContain('role="alert"')
})

test('notes are shown, and cannot be taken for markup', async () => {
  const html = await renderReport({ result: { ...learned, notes: ['W was made <lazy>'] }, command })
  expect(html).toContain('<li>W was made &#60;lazy&#62;</li>')
})

test('a graph of few peers is drawn, of many shown as a table, and the caption says which', async () => {
  const large = { ...ring, peers: 400 }
  expect(await renderReport({ result: ring, command })).toContain('A dot is a peer')
  expect(await renderReport({ result: large, command })).toContain('400 peers are too many to draw as a graph')
})

test('a topology that changes is drawn over its first rounds', async () => {
  const changing = { ...ring.recipe, averaging: { ...ring.recipe.averaging, topology: 'one-peer-exponential' } }
  const html = await renderReport({ result: { ...ring, recipe: changing }, command })
  expect(html).toContain('drawn are the first 3 rounds')
})

test('the edges of a topology in a file are drawn from what is in it', async () => {
  const filed = { ...ring.recipe, averaging: { ...ring.recipe.averaging, topology: 'file:edges.txt' } }
  const edges = '0 1\n1 2\n2 3\n3 4\n4 5\n'
  const html = await renderReport({ result: { ...ring, recipe: filed }, command, edges })
  expect(titles(html)).toContain('Topology: file:edges.txt')
})

test('rounds become rows of a CSV, with a heading and nothing where nothing was measured', async () => {
  const [heading, first] = (await roundsAsCsv(ring)).split('\n')
  expect(heading).toBe(
    'round,time,consensusDistance,meanSquaredDistance,meanDrift,localLoss,localAccuracyMean,localAccuracyMin,' +
      'localAccuracyMax,mergedLoss,mergedAccuracy,bytesSent,messages,localR2Mean,localR2Min,localR2Max,mergedR2,mergedRmse,mergedMae',
  )
  const { consensusDistance, meanSquaredDistance, bytesSent, messages } = ring.rounds[0]
  expect(first).toBe(`0,0,${consensusDistance},${meanSquaredDistance},0,,,,,,,${bytesSent},${messages},,,,,,`)
  const [, regressed] = (await roundsAsCsv(measured)).split('\n')
  expect(regressed).toMatch(/,0,0,0,0,2,1\.5$/)
  expect((await roundsAsCsv(ring)).trimEnd().split('\n')).toHaveLength(1 + ring.rounds.length)
})
