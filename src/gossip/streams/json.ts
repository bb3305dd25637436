import { MAX_NESTING } from './constants.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

/**
 * A JSON document of another peer's making, which the caller has found short enough.
 *
 * @throws Error when it is none, or is nested deeper than anything that peers have to say: what looks at it afterwards calls itself for
 *   every level
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (depthOf(bytes) > MAX_NESTING) throw new Error(`nested deeper than ${MAX_NESTING} levels`)
  return JSON.parse(decoder.decode(bytes))
}

/** How deep the brackets outside of strings are nested; of what is not JSON, any number. */
function depthOf(bytes: Uint8Array): number {
  let [depth, deepest] = [0, 0]
  let inString = false
  for (let i = 0; i < bytes.byteLength; i++) {
    const byte = bytes[i]
    if (inString && byte === BACKSLASH) i++
    else if (byte === QUOTE) inString = !inString
    else if (!inString && OPENING.has(byte)) deepest = Math.max(deepest, ++depth)
    else if (!inString && CLOSING.has(byte)) depth--
  }
  return deepest
}
