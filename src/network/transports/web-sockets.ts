import type { IncomingMessage } from 'node:http'
import { type Server, Socket } from 'node:net'
import { AbortError, type MultiaddrConnection, type Upgrader } from '@libp2p/interface'
import { webSockets as libp2pWebSockets } from '@libp2p/websockets'
import type { Multiaddr } from '@multiformats/multiaddr'
import { WebSocket, type WebSocketServer } from 'ws'
import { MAX_WEB_SOCKET_MESSAGE_BYTES } from '../constants.ts'
import type { Porch, WrappedCaller } from '../gate/porch.ts'
import { carriedBySocket, isHostWith, type Transport } from './transport.ts'

/** A connection looks to firewalls and proxies like a page that a browser shows, which some of them let through where nothing else is. */
export const webSockets: Transport = {
  title: 'WebSockets',
  examples: {
    connect: '/ip4/192.168.1.20/tcp/4002/ws',
    listen: '/ip4/0.0.0.0/tcp/4002/ws',
    announce: '/dns4/peer.example.org/tcp/4002/ws',
  },
  make: porch => components => {
    const transport = libp2pWebSockets()(components)
    const createListener = transport.createListener.bind(transport)
    const dial = transport.dial.bind(transport)
    return Object.assign(transport, {
      // Private to libp2p's transport: its own, of the browser, takes messages of 128 MiB, and says nothing of what went wrong.
      _connect: connect,
      dial: (...[address, options]: Parameters<typeof dial>) =>
        dial(address, { ...options, upgrader: tending(options.upgrader) }),
      createListener(options: Parameters<typeof createListener>[0]) {
        const listener = createListener({ ...options, upgrader: tending(options.upgrader) })
        const wsServer: WebSocketServer = Reflect.get(listener, 'wsServer')
        wsServer.options.maxPayload = MAX_WEB_SOCKET_MESSAGE_BYTES
        return porch === undefined ? listener : Object.assign(listener, waitOn(porch, listener))
      },
    })
  },
  owns: address => isHostWith(['tcp', 'ws'], address),
  socketOf(connection) {
    const socket: unknown = Reflect.get(webSocketOf(connection) ?? {}, '_socket')
    return socket instanceof Socket ? socket : undefined
  },
  carriedBy(connection) {
    return carriedBySocket(this.socketOf?.(connection))
  },
}

function webSocketOf(connection: MultiaddrConnection): WebSocket | undefined {
  const webSocket: unknown = Reflect.get(connection, 'websocket')
  return webSocket instanceof WebSocket ? webSocket : undefined
}

interface PorchedListener {
  onWsServerConnection(webSocket: WebSocket, request: IncomingMessage): void
  close(): Promise<void>
}

/** Has whoever comes to a listener wait on the porch until its first message has come, before libp2p hears of it. */
function waitOn(porch: Porch, listener: object): PorchedListener {
  // Private to libp2p's transport.
  const { server, onWsServerConnection, close } = listener as PorchedListener & { readonly server: Server }
  const waiting = new WeakMap<Socket, WrappedCaller>()
  server.prependListener('connection', socket => waiting.set(socket, porch.receiveWrapped(socket)))

  return {
    onWsServerConnection(webSocket, request) {
      const caller = waiting.get(request.socket)
      if (caller === undefined) return webSocket.terminate()
      caller.unwrapped()
      endsAtOnce(webSocket)
      let said = Buffer.alloc(0)
      const onMessage = (data: ArrayBuffer | Buffer) => {
        said = Buffer.concat([said, Buffer.from(data as ArrayBuffer)])
        const rest = caller.look(said)
        if (rest === undefined) return
        webSocket.off('message', onMessage)
        onWsServerConnection.call(listener, webSocket, request)
        // A copy: of an array that holds nothing else.
        if (rest.byteLength > 0) webSocket.emit('message', Uint8Array.from(rest).buffer, true)
      }
      webSocket.on('message', onMessage)
    },
    async close() {
      const closed = close.call(listener)
      porch.clear()
      await closed
    },
  }
}

/** libp2p's transport reads on whatever waits, and leaves a connection open of which nothing came. */
function tending(upgrader: Upgrader): Upgrader {
  async function tend<T>(connection: MultiaddrConnection, upgraded: () => Promise<T>): Promise<T> {
    const webSocket = webSocketOf(connection)
    Object.assign(connection, { sendPause: () => webSocket?.pause(), sendResume: () => webSocket?.resume() })
    try {
      return await upgraded()
    } catch (error) {
      connection.abort(error as Error)
      throw error
    }
  }
  const own: Pick<Upgrader, 'upgradeInbound' | 'upgradeOutbound'> = {
    upgradeInbound: (connection, options) => tend(connection, () => upgrader.upgradeInbound(connection, options)),
    upgradeOutbound: (connection, options) => tend(connection, () => upgrader.upgradeOutbound(connection, options)),
  }
  return Object.assign(Object.create(upgrader), own)
}

/** Opens a WebSocket, of which nothing is compressed, and no message longer than those of peers. */
async function connect(address: Multiaddr, { signal }: { readonly signal: AbortSignal }): Promise<WebSocket> {
  signal.throwIfAborted()
  const [host, port] = address.getComponents()
  const name = host?.name === 'ip6' ? `[${host.value}]` : host?.value
  const webSocket = new WebSocket(`ws://${name}:${port?.value}`, {
    maxPayload: MAX_WEB_SOCKET_MESSAGE_BYTES,
    perMessageDeflate: false,
  })
  endsAtOnce(webSocket)
  const abandon = () => webSocket.terminate()
  signal.addEventListener('abort', abandon)
  try {
    await new Promise<void>((resolve, reject) => {
      webSocket.on('open', resolve).on('error', reject)
    })
  } catch (error) {
    throw signal.aborted ? new AbortError() : error
  } finally {
    signal.removeEventListener('abort', abandon)
  }
  return webSocket
}

/** libp2p resets a connection by a code that none may close with, and so would leave it open. */
function endsAtOnce(webSocket: WebSocket): void {
  webSocket.binaryType = 'arraybuffer'
  // What goes wrong closes it, and that is heard of.
  webSocket.on('error', () => {})
  const close = webSocket.close.bind(webSocket)
  webSocket.close = (code, reason) => (code === RESET ? webSocket.terminate() : close(code, reason))
}

const RESET = 1006
