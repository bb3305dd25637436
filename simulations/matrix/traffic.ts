import type { SharedTables } from './plan.ts'
import type { SentInRound } from './round-clock.ts'

/** @returns a function that gives what was sent since it was called last */
export function createTraffic({ bytesOut, messagesOut }: SharedTables): () => SentInRound {
  const bytesBefore = new Float64Array(bytesOut.length)
  const messagesBefore = new Float64Array(messagesOut.length)
  return () => {
    let [messages, mostBytes, largestMessage] = [0, 0, 0]
    for (let peer = 0; peer < bytesOut.length; peer++) {
      const sent = messagesOut[peer] - messagesBefore[peer]
      if (sent === 0) continue
      const bytes = bytesOut[peer] - bytesBefore[peer]
      messages += sent
      mostBytes = Math.max(mostBytes, bytes)
      largestMessage = Math.max(largestMessage, bytes / sent)
      messagesBefore[peer] = messagesOut[peer]
      bytesBefore[peer] = bytesOut[peer]
    }
    return { messages, mostBytes, largestMessage }
  }
}
