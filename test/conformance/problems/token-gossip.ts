import { receive, type TokenAccount, tick } from '../../../src/averaging/token-account.ts'
import { createRandom } from '../../../src/random/random.ts'

/** The course of one run of token accounts. */
export interface TokenGossip {
  /** `[peers][ticks]`: messages that each sent between one tick and the next. */
  readonly sent: readonly Int32Array[]
  readonly fewestTokens: number
  readonly mostTokens: number
}

/** How long a message takes, in ticks, at most. */
const SLOWEST = 3

/**
 * Peers whose ticks and messages follow one another at random; a message arrives within a few ticks, and what it makes its
 * receiver send leaves at once.
 *
 * @param reactsFrom who sends what a receiver should send; the receiver, unless something is broken
 */
export function runTokenGossip(
  account: TokenAccount,
  { peers, ticks }: { readonly peers: number; readonly ticks: number },
  reactsFrom: (receiver: number) => number = receiver => receiver,
): TokenGossip {
  const random = createRandom('tokens')
  const tokens = new Int32Array(peers)
  const sent = Array.from({ length: peers }, () => new Int32Array(ticks))
  const inFlight: number[][] = Array.from({ length: ticks + SLOWEST + 1 }, () => [])
  let [fewestTokens, mostTokens] = [0, 0]

  function send(from: number, now: number): void {
    sent[from][now]++
    const other = random.integer(peers - 1)
    inFlight[now + 1 + random.integer(SLOWEST)].push(other < from ? other : other + 1)
  }

  function keep(peer: number, left: number): void {
    tokens[peer] = left
    fewestTokens = Math.min(fewestTokens, left)
    mostTokens = Math.max(mostTokens, left)
  }

  for (let now = 0; now < ticks; now++) {
    for (let peer = 0; peer < peers; peer++) {
      const after = tick(account, tokens[peer], random)
      keep(peer, after.tokens)
      if (after.sends) send(peer, now)
    }
    for (const receiver of random.shuffle(inFlight[now])) {
      const after = receive(account, tokens[receiver], random.uniform() < 0.7, random)
      keep(receiver, after.tokens)
      for (let message = 0; message < after.sends; message++) send(reactsFrom(receiver), now)
    }
  }
  return { sent, fewestTokens, mostTokens }
}

/** The most messages of any peer in so many consecutive ticks. */
export function largestBurst({ sent }: TokenGossip, window: number): number {
  let largest = 0
  for (const counts of sent) {
    let sum = 0
    for (let now = 0; now < counts.length; now++) {
      sum += counts[now] - (now >= window ? counts[now - window] : 0)
      largest = Math.max(largest, sum)
    }
  }
  return largest
}
