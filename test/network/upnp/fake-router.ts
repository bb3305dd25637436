/**
 * A router that opens ports by UPnP as home routers do: it answers searches by SSDP, describes itself, and does what it is asked by SOAP.
 *
 * @packageDocumentation
 */

import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SSDP_GROUP, SSDP_PORT } from '../../../src/network/upnp/constants.ts'
import type { Mapping } from '../../../src/network/upnp/gateway.ts'

export interface FakeRouterOptions {
  /** Its IP on the inner side. Default: loopback */
  readonly inside?: string
  /** Its address on the other side. */
  readonly outside?: string
  readonly version?: 1 | 2
  /** The number and the words of the error with which it answers to be asked for a port. */
  refuses?(mapping: Mapping): readonly [code: number, words: string] | undefined
  /** A port was opened, opened again or closed. */
  changed?(mapping: Mapping, isOpen: boolean): void
}

export interface FakeRouter {
  /** Of its description. */
  readonly location: URL
  /** Ports that are open, by the external one. */
  readonly open: ReadonlyMap<number, Mapping>
  /** What it was asked by SOAP. */
  readonly actions: readonly string[]
  stop(): Promise<void>
}

export async function startFakeRouter(options: FakeRouterOptions = {}): Promise<FakeRouter> {
  const { inside = '127.0.0.1', outside = '80.0.0.7', version = 1, refuses, changed } = options
  const open = new Map<number, Mapping>()
  const actions: string[] = []
  const service = `urn:schemas-upnp-org:service:WANIPConnection:${version}`

  function act(action: string, body: string): string | readonly [code: number, words: string] {
    const given = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? ''
    const external = Number(given('NewExternalPort'))
    if (action === 'GetExternalIPAddress') return `<NewExternalIPAddress>${outside}</NewExternalIPAddress>`
    if (given('NewProtocol') !== 'TCP') return [402, 'Invalid Args']
    if (action === 'DeletePortMapping') {
      const mapping = open.get(external)
      if (mapping === undefined) return [714, 'NoSuchEntryInArray']
      open.delete(external)
      changed?.(mapping, false)
      return ''
    }
    const mapping: Mapping = {
      external,
      internal: Number(given('NewInternalPort')),
      client: given('NewInternalClient'),
      leaseSeconds: Number(given('NewLeaseDuration')),
    }
    const refusal = refuses?.(mapping)
    if (refusal !== undefined) return refusal
    open.set(external, mapping)
    changed?.(mapping, true)
    return ''
  }

  const server = createServer(async (request, response) => {
    response.setHeader('Content-Type', 'text/xml')
    if (request.method === 'GET') return void response.end(description(service, version))
    if (request.url !== CONTROL) return void response.writeHead(404).end()
    const body = await text(request)
    const action = /#(\w+)"/.exec(String(request.headers.soapaction))?.[1] ?? ''
    actions.push(action)
    const said = act(action, body)
    if (typeof said !== 'string') response.statusCode = 500
    response.end(typeof said === 'string' ? answer(service, action, said) : fault(...said))
  })
  server.listen(0, inside)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    location: new URL(`http://${inside}:${port}/root.xml`),
    open,
    actions,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/**
 * Answers whoever searches on the network of this address, among others who answer with nonsense.
 *
 * @param heard is told of whatever is sent to the group there
 * @returns ends it
 */
export async function answerSearches(
  { location }: { readonly location: URL },
  heard: (from: RemoteInfo) => void,
): Promise<() => Promise<void>> {
  const inside = location.hostname
  const ear = createSocket({ type: 'udp4', reuseAddr: true })
  const mouth = createSocket('udp4')
  ear.on('message', (bytes, from) => {
    const said = bytes.toString()
    heard(from)
    const kind = /^ST: (.*InternetGatewayDevice:.)\r$/m.exec(said)?.[1]
    if (kind === undefined) return
    const answer = ['HTTP/1.1 200 OK', 'CACHE-CONTROL: max-age=120', `ST: ${kind}`, `Location: ${location}`, '\r\n']
    for (const each of [...NONSENSE, answer.join('\r\n')]) mouth.send(each, from.port, from.address)
  })
  ear.bind(SSDP_PORT)
  mouth.bind(0, inside)
  await Promise.all([once(ear, 'listening'), once(mouth, 'listening')])
  ear.addMembership(SSDP_GROUP, inside)
  return async () => {
    const closed = [ear, mouth].map(socket => once(socket, 'close'))
    ear.close()
    mouth.close()
    await Promise.all(closed)
  }
}

/** What some devices say, and what ends programs that take it for an answer. */
const NONSENSE = [
  '',
  '\0\0\0',
  'HELLO * HTTP/1.1\r\n\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
  'HTTP/1.1 200 OK\r\nLOCATION: nowhere\r\n\r\n',
  'HTTP/1.1 200 OK\r\nLOCATION: http://192.168.7.99/root.xml\r\n\r\n',
]

const CONTROL = '/control?a=1&b=2'

/** As a home router's: two devices deep, beside services that have nothing to do with ports. */
function description(service: string, version: number): string {
  const common = 'urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1'
  return `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:${version}</deviceType><friendlyName>Tom & Jerry's</friendlyName>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:${version}</deviceType>
<serviceList><service><serviceType>${common}</serviceType><controlURL>/common</controlURL></service></serviceList>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:${version}</deviceType>
<serviceList><service><serviceType>${service}</serviceType><SCPDURL>/scpd.xml</SCPDURL>
<controlURL>${CONTROL.replace('&', '&amp;')}</controlURL><eventSubURL>/events</eventSubURL></service></serviceList>
</device></deviceList></device></deviceList></device></root>`
}

function envelope(body: string): string {
  const soap = 'http://schemas.xmlsoap.org/soap/'
  return `<?xml version="1.0"?><s:Envelope xmlns:s="${soap}envelope/" s:encodingStyle="${soap}encoding/"><s:Body>${body}</s:Body></s:Envelope>`
}

function answer(service: string, action: string, fields: string): string {
  return envelope(`<u:${action}Response xmlns:u="${service}">${fields}</u:${action}Response>`)
}

function fault(code: number, words: string): string {
  const error = `<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>${code}</errorCode><errorDescription>${words}</errorDescription></UPnPError>`
  return envelope(
    `<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>${error}</detail></s:Fault>`,
  )
}
