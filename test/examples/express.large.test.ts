import { expect, test } from 'vitest'
import { type Running, startProgram } from '../peer/command-line.ts'

const DEADLINE_MS = 50_000
const samples = [0.2, 0.7].map(shade => new Array<number>(28 * 28).fill(shade))

async function startApp(...args: readonly string[]): Promise<{ app: Running; origin: string; address: string }> {
  const app = startProgram('examples/express/main.ts', ['--port', '0', '--steps', '60', ...args])
  await app.printed(/--connect \S+/)
  const { stdout } = app.soFar()
  const [origin] = /^http:\S+/m.exec(stdout) ?? []
  const [, address] = /--connect (\S+)/.exec(stdout) ?? []
  if (origin === undefined || address === undefined) throw new Error(`no addresses: ${stdout}`)
  return { app, origin, address }
}

async function predict(origin: string, inputs: unknown) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${origin}/predict`, { method: 'POST', headers, body: JSON.stringify({ inputs }) })
  return {
    status: response.status,
    body: (await response.json()) as { sealed?: string; outputs?: number[][]; error?: string },
  }
}

test('two applications learn one model, serve it, tell how it goes, and stop cleanly', {
  timeout: 120_000,
}, async () => {
  const first = await startApp()
  const told = fetch(`${first.origin}/events`, { signal: AbortSignal.timeout(DEADLINE_MS) })
  const events = (await told).text()
  const waiting = await (await fetch(`${first.origin}/status`)).json()
  expect(waiting).toMatchObject({ phase: 'waiting', sealed: null, members: [] })

  const second = await startApp('--connect', first.address)
  await Promise.all([first, second].map(({ app }) => app.printed(/^sealed [0-9a-f]{64}$/m)))
  const status = (await (await fetch(`${first.origin}/status`)).json()) as { sealed: string }
  expect(status).toMatchObject({ phase: 'sealed', inModel: true, members: [{ connected: true }] })
  const [predicted, same] = await Promise.all([first, second].map(({ origin }) => predict(origin, samples)))
  expect(predicted.status).toBe(200)
  expect(predicted.body.sealed).toBe(status.sealed)
  expect(predicted.body.outputs).toHaveLength(2)
  for (const row of predicted.body.outputs ?? []) {
    expect(row.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 5)
  }
  expect(same).toEqual(predicted)
  expect(await predict(first.origin, [[1, 2]])).toMatchObject({ status: 400, body: { error: /multiple of 784/ } })
  expect(await predict(first.origin, [['a']])).toMatchObject({ status: 400, body: { error: /expected/ } })
  const metrics = await (await fetch(`${first.origin}/metrics`)).text()
  expect(metrics).toMatch(/^peer_sealed 1$/m)
  expect(metrics).toMatch(/^peer_members 1$/m)
  expect(metrics).toMatch(/^peer_exchanges [1-9]/m)

  for (const { app } of [first, second]) app.signal('SIGTERM')
  for (const { app } of [first, second]) expect(await app.finished).toMatchObject({ code: 0, stderr: '' })
  const names = [...(await events).matchAll(/^event: (\S+)\ndata: \{.*\}$/gm)].map(([, name]) => name)
  expect(names.filter((name, i) => names.indexOf(name) === i)).toEqual(
    expect.arrayContaining(['peer:join', 'round', 'trained', 'consensus', 'stopped']),
  )
  expect(names.at(-1)).toBe('stopped')
})

test('an application that is told to stop while it waits for others stops', async () => {
  const { app, origin } = await startApp()
  const events = (await fetch(`${origin}/events`, { signal: AbortSignal.timeout(DEADLINE_MS) })).text()
  app.signal('SIGTERM')
  expect(await app.finished).toMatchObject({ code: 0, stderr: '' })
  expect(await events).toMatch(/event: stopped\ndata: .*"reason":"stopped"/)
})
