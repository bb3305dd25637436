/**
 * The cost of one exchange on the virtual network, in a small swarm and in a large one: processor time of all threads,
 * garbage collection included, over the exchanges of some rounds. Prints one JSON document:
 * `{ "small": [µs, …], "large": [µs, …], "ratios": […], "largeRssBytes": … }`.
 *
 * @packageDocumentation
 */

import { parseRecipe, simulate } from '../../src/index.ts'

const SMALL = 100
const LARGE = 10_000
const DIMENSION = 100

const REPETITIONS = 3

/** Exchanges of one repetition. */
const EXCHANGES = 10_000

/** Left out: code is not compiled yet, and everybody meets everybody else for the first time. */
const WARM_UP = 10_000

const recipe = parseRecipe({
  objective: { task: 'consensus' },
  model: { name: 'vector', shape: [DIMENSION], classes: 0 },
  training: { steps: 0 },
})

/** @returns microseconds that an exchange took, of every repetition */
async function measure(peers: number): Promise<number[]> {
  const costs: number[] = []
  let before = process.cpuUsage()
  const evaluateEvery = EXCHANGES / peers
  const warmUp = WARM_UP / peers
  await simulate({
    recipe,
    peers,
    seed: 1,
    rounds: warmUp + REPETITIONS * evaluateEvery,
    evaluateEvery,
    onRound({ round }) {
      const { user, system } = process.cpuUsage(before)
      if (round > warmUp) costs.push((user + system) / EXCHANGES)
      before = process.cpuUsage()
    },
  })
  return costs
}

const small = await measure(SMALL)
const large = await measure(LARGE)
const ratios = large.map((cost, i) => cost / small[i])
console.log(JSON.stringify({ small, large, ratios, largeRssBytes: process.resourceUsage().maxRSS * 1024 }))
