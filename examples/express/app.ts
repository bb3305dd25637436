import express, { type ErrorRequestHandler, type Express, type Response } from 'express'
import { Gauge, Registry } from 'prom-client'
import { type Peer, type PeerEvents, UsageError } from '../../src/index.ts'

/** What is told to browsers: more than is drawn would only fill their memory. */
const TOLD = ['waiting', 'peer:join', 'peer:leave', 'round', 'trained', 'consensus', 'stopped'] as const

/** The pages of an application that has a peer. Whether that runs is not their business. */
export function createApp(peer: Peer): Express {
  const app = express()
  const metrics = metricsOf(peer)
  app.disable('x-powered-by')

  app.get('/status', (_request, response) => {
    response.json({ id: peer.id, sealed: peer.sealed() ?? null, ...peer.status(), members: peer.view().members })
  })

  // `{ "inputs": [[…], …] }`, a row for each sample, as they are: standardising them is the model's affair.
  app.post('/predict', express.json({ limit: '1mb' }), async (request, response) => {
    const rows: unknown = request.body?.inputs
    if (!Array.isArray(rows) || !rows.flat().every(Number.isFinite))
      throw new UsageError('expected { "inputs": [[number, …], …] }')
    const probabilities = await peer.predict(Float32Array.from(rows.flat()))
    response.json({ sealed: peer.sealed() ?? null, outputs: probabilities.map(row => [...row]) })
  })

  app.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics())
  })

  app.get('/events', (_request, response) => {
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' }
    response.set(headers).flushHeaders()
    const told = TOLD.map(name => tellAs(name, peer, response))
    peer.addEventListener('stopped', () => response.end())
    response.on('close', () => {
      for (const untell of told) untell()
    })
  })

  app.use(onError)
  return app
}

/** @returns what ends it */
function tellAs<Name extends keyof PeerEvents>(name: Name, peer: Peer, response: Response): () => void {
  const tell = ({ detail }: { readonly detail: PeerEvents[Name] }) =>
    response.write(`event: ${name}\ndata: ${JSON.stringify(detail)}\n\n`)
  peer.addEventListener(name, tell)
  return () => peer.removeEventListener(name, tell)
}

/** Beside whatever else the application counts. */
function metricsOf(peer: Peer): Registry {
  const registry = new Registry()
  const gauge = (name: string, help: string, value: () => number | null) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value() ?? Number.NaN)
      },
    })
  gauge('peer_step', 'Step of the run.', () => peer.status().step)
  gauge('peer_members', 'Other members of the swarm.', () => peer.status().peers.length)
  gauge('peer_consensus_distance', 'How far apart the swarm is.', () => peer.status().consensusDistance)
  gauge('peer_sealed', '1 once the swarm has agreed on one model.', () => Number(peer.sealed() !== undefined))
  gauge('peer_exchanges', 'Exchanges in which it took part while it trained.', () => peer.status().exchanges)
  return registry
}

const onError: ErrorRequestHandler = (error, _request, response, next) => {
  if (!(error instanceof UsageError)) return next(error)
  response.status(400).json({ error: error.message })
}
