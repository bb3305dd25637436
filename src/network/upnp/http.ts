import { request } from 'node:http'
import type { AbortOptions } from '../../gossip/ports.ts'
import { MAX_DOCUMENT_BYTES, REQUEST_MS } from './constants.ts'
import { RouterError } from './errors.ts'

export interface Asked extends Partial<AbortOptions> {
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * Asks a router for a document, over a connection of its own: many a router's server can do no more.
 *
 * @throws RouterError where it says too much, or nothing for too long
 */
export async function ask(
  url: URL,
  { method, headers, body, signal }: Asked,
): Promise<{ readonly status: number; readonly text: string }> {
  const late = AbortSignal.timeout(REQUEST_MS)
  const until = signal === undefined ? late : AbortSignal.any([signal, late])
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly text: string }>()
  const call = request(url, { method, headers, agent: false, signal: until }, async response => {
    try {
      const chunks: Buffer[] = []
      let bytes = 0
      for await (const chunk of response as AsyncIterable<Buffer>) {
        bytes += chunk.byteLength
        if (bytes > MAX_DOCUMENT_BYTES) throw new RouterError(`it sends more than ${MAX_DOCUMENT_BYTES} bytes`)
        chunks.push(chunk)
      }
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() })
    } catch (error) {
      reject(error)
    }
  })
  call.on('error', reject)
  call.end(body)
  try {
    return await promise
  } catch (error) {
    signal?.throwIfAborted()
    if (late.aborted) throw new RouterError(`it does not answer in ${REQUEST_MS / 1_000} s`, { cause: error })
    throw error
  }
}
