/**
 * What a router does for those behind it: the services WANIPConnection and WANPPPConnection of a UPnP Internet Gateway Device, versions 1 and 2.
 *
 * @packageDocumentation
 */

import type { AbortOptions } from '../../gossip/ports.ts'
import { MAX_SERVICES } from './constants.ts'
import { RouterError } from './errors.ts'
import { ask } from './http.ts'
import { partsOf, textOf } from './xml.ts'

/** A port of a router, and whoever is reached by it. */
export interface Mapping {
  readonly external: number
  readonly internal: number
  /** The IP of this machine. */
  readonly client: string
  /** How long it holds; 0 for ever. */
  readonly leaseSeconds: number
}

/** One way of a router to the world. */
export interface Gateway {
  /** The router's IP on this side. */
  readonly router: string
  /** The router's address on the other side, as it says. */
  externalIp(options: AbortOptions): Promise<string>
  /**
   * Cannot be aborted: nobody would know whether the port is open.
   *
   * @throws RouterError with the number of UPnP where the router refuses
   */
  open(mapping: Mapping): Promise<void>
  close(external: number, options: AbortOptions): Promise<void>
}

/** The errors of UPnP on which something else is tried (WANIPConnection:1, section 2.4.16). */
export const CONFLICT = 718
export const ONLY_PERMANENT = 725

const SERVICES: ReadonlySet<string> = new Set([
  'urn:schemas-upnp-org:service:WANIPConnection:2',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
])

/** Whom a port is for, in the router's own list. */
const DESCRIPTION = 'hearsay'

/**
 * Reads a router's description.
 *
 * @throws RouterError where it describes no router that could open a port
 */
export async function readGateways(location: URL, options: AbortOptions): Promise<readonly Gateway[]> {
  const { status, text } = await ask(location, { method: 'GET', ...options })
  if (status !== 200) throw new RouterError(`it answers ${status} where it should describe itself`)
  const base = URL.parse(textOf('URLBase', text) ?? '') ?? location
  const gateways = partsOf('service', text)
    .slice(0, MAX_SERVICES)
    .flatMap(part => {
      const type = textOf('serviceType', part) ?? ''
      const control = URL.parse(textOf('controlURL', part) ?? '', base.href)
      // No other machine is asked because of what one says.
      return SERVICES.has(type) && control?.hostname === location.hostname && control.protocol === 'http:'
        ? [createGateway(type, control)]
        : []
    })
  if (gateways.length === 0) throw new RouterError('it has no service that opens ports')
  return gateways
}

function createGateway(type: string, control: URL): Gateway {
  async function run(
    action: string,
    given: Readonly<Record<string, string | number>>,
    options: Partial<AbortOptions> = {},
  ): Promise<string> {
    const fields = Object.entries(given).map(([name, value]) => `<${name}>${value}</${name}>`)
    const body =
      '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
      's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
      `<u:${action} xmlns:u="${type}">${fields.join('')}</u:${action}></s:Body></s:Envelope>`
    const headers = {
      'Content-Type': 'text/xml; charset="utf-8"',
      'Content-Length': String(Buffer.byteLength(body)),
      SOAPAction: `"${type}#${action}"`,
    }
    const { status, text } = await ask(control, { method: 'POST', headers, body, ...options })
    if (status === 200) return text
    const code = Number(textOf('errorCode', text) ?? Number.NaN)
    if (Number.isNaN(code)) throw new RouterError(`it answers ${status} to ${action}`)
    throw new RouterError(`${printable(textOf('errorDescription', text) || 'it refuses')} (${code})`, { code })
  }

  return {
    router: control.hostname,
    externalIp: async options =>
      printable(textOf('NewExternalIPAddress', await run('GetExternalIPAddress', {}, options)) ?? ''),
    async open({ external, internal, client, leaseSeconds }) {
      const given = {
        ...outside(external),
        NewInternalPort: internal,
        NewInternalClient: client,
        NewEnabled: 1,
        NewPortMappingDescription: DESCRIPTION,
        NewLeaseDuration: leaseSeconds,
      }
      await run('AddPortMapping', given)
    },
    async close(external, options) {
      await run('DeletePortMapping', outside(external), options)
    },
  }
}

/** What is handed on: from anybody. */
function outside(external: number) {
  return { NewRemoteHost: '', NewExternalPort: external, NewProtocol: 'TCP' }
}

/** The longest text of a router that people are shown. */
const MAX_SHOWN = 80

/** A router's words as people are shown them: no control characters, which a terminal would obey. */
function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, ' ').slice(0, MAX_SHOWN)
}
