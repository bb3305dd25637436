import type { Watched } from './watched.ts'

/** The answer to one who asks for a peer's health. */
export interface Health {
  readonly status: 200 | 503
  readonly body: { readonly phase: string; readonly reason?: string }
}

/** Whether the peer works: 503 once it has failed. One that cannot answer at all says it by that. */
export function healthOf(watched: Watched | undefined): Health {
  const failure = watched?.failure()
  const phase = watched?.phase() ?? 'starting'
  return failure === undefined
    ? { status: 200, body: { phase } }
    : { status: 503, body: { phase, reason: `the peer has failed: ${failure.message}` } }
}

/** Whether the peer has a part in its swarm: it listens, and is connected to a member or trains. */
export function readinessOf(watched: Watched | undefined): Health {
  const health = healthOf(watched)
  if (watched === undefined || health.status === 503) return unready(health, health.body.reason ?? 'the peer starts')
  const { phase } = health.body
  if (phase === 'starting') return unready(health, 'the peer does not listen yet')
  if (phase === 'ended') return unready(health, 'the peer has ended')
  if (phase === 'training' || watched.seen().view.members.some(({ connected }) => connected)) return health
  return unready(health, 'no connection to another member: it waits for others, or for those that vanished')
}

function unready({ body: { phase } }: Health, reason: string): Health {
  return { status: 503, body: { phase, reason } }
}
