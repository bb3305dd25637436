import { createSocket } from 'node:dgram'
import { on, once } from 'node:events'
import type { AbortOptions } from '../../gossip/ports.ts'
import { isLocalIp } from '../hosts.ts'
import {
  MAX_ROUTERS,
  SEARCH_AGAIN_MS,
  SEARCH_MS,
  SSDP_GROUP,
  SSDP_HOPS,
  SSDP_PORT,
  SSDP_SPREAD_SECONDS,
} from './constants.ts'

/** What routers are called by those that ask for them; some answer only to the one that they are. */
const KINDS = [1, 2].map(version => `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`)

const QUESTIONS = KINDS.map(kind =>
  [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${SSDP_GROUP}:${SSDP_PORT}`,
    'MAN: "ssdp:discover"',
    `MX: ${SSDP_SPREAD_SECONDS}`,
    `ST: ${kind}`,
    '\r\n',
  ].join('\r\n'),
)

/**
 * Asks for the routers on the network of one address of this machine, by SSDP.
 *
 * @returns where their descriptions are, in the order in which they answer; ends when nobody else does
 * @throws the system's error where nothing can be sent
 */
export async function* searchRouters(local: string, { signal }: AbortOptions): AsyncGenerator<URL, void> {
  const late = AbortSignal.timeout(SEARCH_MS)
  const socket = createSocket('udp4')
  const ask = () => {
    for (const question of QUESTIONS) socket.send(question, SSDP_PORT, SSDP_GROUP)
  }
  let again: NodeJS.Timeout | undefined
  try {
    // Any port: whoever answers sends to it, and what is said to the group is not heard.
    socket.bind(0, local)
    await once(socket, 'listening', { signal })
    socket.setMulticastInterface(local)
    socket.setMulticastTTL(SSDP_HOPS)
    const answers = on(socket, 'message', { signal: AbortSignal.any([signal, late]) })
    ask()
    again = setInterval(ask, SEARCH_AGAIN_MS)
    const known = new Set<string>()
    for await (const [answer, { address }] of answers) {
      const location = locationIn(answer, address)
      if (location === undefined || known.has(location.href)) continue
      known.add(location.href)
      yield location
      if (known.size === MAX_ROUTERS) return
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!late.aborted) throw error
  } finally {
    clearInterval(again)
    socket.close()
  }
}

/**
 * Where an answer says that the router's description is. Anybody on the network may answer, and is asked for no document of another machine, nor of
 * one elsewhere.
 */
export function locationIn(answer: Uint8Array, from: string): URL | undefined {
  const text = Buffer.from(answer).toString('latin1')
  if (!/^HTTP\/1\.[01] 200 /.test(text) || !isLocalIp(from)) return undefined
  const location = URL.parse(/^location:(.*)$/im.exec(text)?.[1].trim() ?? '')
  return location?.protocol === 'http:' && location.hostname === from ? location : undefined
}
