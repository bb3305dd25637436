import type { SimulationOptions } from './options.ts'
import type { RoundResult, RunResult } from './result.ts'
import { simulate } from './simulate.ts'

/**
 * Runs a swarm as {@link simulate} does, and gives each round as soon as it was evaluated. The run goes on while the caller looks
 * at a round; a loop that is left early ends it.
 *
 * @returns as the generator's return value, the whole result
 * @throws UsageError where the options do not fit together
 * @throws HearsayError naming the peer that cannot go on
 */
export async function* simulateRounds(
  options: Omit<SimulationOptions, 'onRound'>,
): AsyncGenerator<RoundResult, RunResult, void> {
  const waiting: RoundResult[] = []
  const left = new AbortController()
  const signals = options.signal === undefined ? [left.signal] : [left.signal, options.signal]
  let over = false
  let news = Promise.withResolvers<void>()
  const run = simulate({
    ...options,
    signal: AbortSignal.any(signals),
    onRound(round) {
      waiting.push(round)
      news.resolve()
    },
  }).finally(() => {
    over = true
    news.resolve()
  })
  // Whether it fails is found out where it is awaited, which may be later.
  run.catch(() => {})
  try {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift() as RoundResult
      if (over) return await run
      await news.promise
      news = Promise.withResolvers()
    }
  } finally {
    left.abort(new Error('nobody wants further rounds'))
    await run.catch(() => {})
  }
}
