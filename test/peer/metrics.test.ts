import { readFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { healthOf, readinessOf } from '../../peer/metrics/health.ts'
import { type Metrics, openMetrics } from '../../peer/metrics/metrics.ts'
import { createRegistry } from '../../peer/metrics/registry.ts'
import { watchFromOutside } from '../../peer/metrics/watched.ts'
import { LOOK_MS } from '../../peer/serving/constants.ts'
import { placeOf } from '../../peer/serving/place.ts'
import type { MemberView, PeerEvents } from '../../src/index.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, start } from './command-line.ts'
import { createFakePeer, recordOutput, startedEvent } from './fake-peer.ts'

const open: Metrics[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const metrics of open.splice(0)) await metrics.close()
})

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
}

async function ask(address: string, { method, headers }: Asked = {}) {
  return await new Promise<{ status?: number; text: string; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const asked = request(address, { method, headers }, async response => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      resolve({ status: response.statusCode, text, headers: response.headers })
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Samples of the text by name and labels; anything that is no line of the format is an error. */
function parse(text: string): Map<string, number> {
  expect(text.endsWith('\n')).toBe(true)
  const samples = new Map<string, number>()
  const described = new Set<string>()
  for (const line of text.split('\n').filter(line => line !== '')) {
    const [, type] = /^# TYPE (\w+) (?:counter|gauge|histogram|summary)$/.exec(line) ?? []
    if (type !== undefined) described.add(type)
    else if (!/^# HELP [a-z]\w* .+/.test(line)) {
      const [, series, name, value] =
        /^(([a-z]\w*)(?:\{(?:[a-z]\w*="[^"]*",?)+\})?) (-?[\d.]+(?:e[+-]?\d+)?|\+Inf|Nan)$/.exec(line) ?? []
      if (series === undefined || name === undefined) throw new Error(`no sample: ${line}`)
      expect([...described].some(known => name === known || name.replace(/_(sum|count|bucket)$/, '') === known)).toBe(
        true,
      )
      expect(samples.has(series), series).toBe(false)
      samples.set(series, Number(value))
    }
  }
  return samples
}

const member: MemberView = {
  ...{ peer: '12D3KooWOther', phase: 'training', step: 40, ownSteps: 30, distance: 0.25 },
  ...{ connected: true, exchanging: false, exchanges: 2, unsettled: 0 },
  ...{ trust: 1, faults: { far: 0, clipped: 0, 'false-sketch': 0, 'wrong-vector': 0, refused: 0, slow: 0, broken: 0 } },
}

const round: PeerEvents['round'] = {
  ...{ step: 10, age: 10, loss: 0.5, accuracy: 0.75, samplesPerSecond: 100, localSteps: 10 },
  ...{ consensusDistance: 0.1, peers: 0, bytesIn: 60, bytesOut: 50 },
}

const exchange: PeerEvents['exchange'] = {
  ...{ peer: member.peer, bytes: 1, seconds: 1, codec: 'none', outcome: 'averaged' },
}

describe('what Prometheus is told', () => {
  function watch() {
    vi.useFakeTimers({ toFake: ['performance'] })
    const fake = createFakePeer()
    const registry = createRegistry()
    registry.watch(watchFromOutside(fake.peer, samples => 3 * samples))
    return {
      ...fake,
      registry,
      async scraped() {
        vi.advanceTimersByTime(60 * LOOK_MS)
        return parse(await registry.text())
      },
    }
  }

  test('where a peer stands, by one phase', async () => {
    const { emit, become, sees, seal, scraped } = watch()
    expect((await scraped()).get('hearsay_phase{phase="starting"}')).toBe(1)
    emit('started', startedEvent)
    become({ ownSteps: 30, step: 40, vanished: 1, consensusDistance: 0.125 })
    sees({ distance: 0.5, members: [member, { ...member, connected: false }] })
    seal('f'.repeat(64))
    const samples = await scraped()
    expect(Object.fromEntries(samples)).toMatchObject({
      'hearsay_phase{phase="starting"}': 0,
      'hearsay_phase{phase="training"}': 1,
      hearsay_step: 40,
      hearsay_own_steps: 30,
      hearsay_own_steps_asked: 240,
      hearsay_members: 2,
      hearsay_members_connected: 1,
      hearsay_members_vanished: 1,
      hearsay_consensus_distance: 0.125,
      hearsay_mean_distance: 0.5,
      hearsay_sealed: 1,
    })
    const phases = [...samples].filter(([series]) => series.startsWith('hearsay_phase{'))
    expect(phases).toHaveLength(7)
    expect(phases.reduce((sum, [, value]) => sum + value, 0)).toBe(1)
    expect([...samples.keys()]).toContain('process_resident_memory_bytes')
  })

  test('nothing that is not known, and what was evaluated once it was', async () => {
    const { emit, scraped } = watch()
    const before = await scraped()
    for (const name of ['loss', 'accuracy_ratio', 'r2_ratio', 'rmse', 'samples_per_second', 'consensus_distance'])
      expect([...before.keys()]).not.toContain(`hearsay_${name}`)
    emit('round', round)
    const after = await scraped()
    expect(Object.fromEntries(after)).toMatchObject({
      hearsay_loss: 0.5,
      hearsay_accuracy_ratio: 0.75,
      hearsay_samples_per_second: 100,
    })
    expect([...after.keys()]).not.toContain('hearsay_rmse')
  })

  test('exchanges by outcome, warnings, and bytes that never become fewer', async () => {
    const { emit, become, scraped } = watch()
    const none = { bytesIn: 0, bytesOut: 0 }
    for (const outcome of ['averaged', 'averaged', 'failed'] as const) emit('exchange', { ...exchange, outcome })
    emit('warning', { message: 'odd' })
    become({
      clipped: 5,
      bytesIn: 100,
      bytesOut: 60,
      streams: { recipe: none, settle: none, exchange: none, fetch: none },
    })
    await scraped()
    const carried = { bytesIn: 80, bytesOut: 20 }
    become({ streams: { recipe: none, settle: none, exchange: carried, fetch: { bytesIn: 0, bytesOut: 7 } } })
    expect(Object.fromEntries(await scraped())).toMatchObject({
      'hearsay_exchanges_total{outcome="averaged"}': 2,
      'hearsay_exchanges_total{outcome="failed"}': 1,
      'hearsay_exchanges_total{outcome="refused"}': 0,
      hearsay_warnings_total: 1,
      hearsay_clipped_exchanges_total: 5,
      'hearsay_network_bytes_total{direction="in",purpose="exchange"}': 80,
      'hearsay_network_bytes_total{direction="in",purpose="overhead"}': 100,
      'hearsay_network_bytes_total{direction="out",purpose="fetch"}': 7,
    })
  })

  test('however often it asks, the peer is looked at now and then only', async () => {
    const { peer, registry } = watch()
    const view = vi.spyOn(peer, 'view')
    for (let i = 0; i < 20; i++) await registry.text()
    expect(view).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(60 * LOOK_MS)
    await registry.text()
    expect(view).toHaveBeenCalledTimes(2)
  })

  test('docs/operating.md lists every metric with its type and its words', async () => {
    const { registry } = watch()
    const text = await registry.text()
    const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]))
    const rows = [...text.matchAll(/^# HELP (hearsay_\w+) (.*)$/gm)].map(
      ([, name, help]) => `| \`${name}\` | ${types.get(name)} | ${help} |`,
    )
    const docs = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')
    expect(docs.split('\n').filter(line => /^\| `hearsay_\w+` \|/.test(line))).toEqual(rows)
  })
})

test('a peer is healthy until it fails, and ready once it is connected or trains', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const { peer, emit, become, sees } = createFakePeer()
  const watched = watchFromOutside(peer, () => 1)
  expect(healthOf(undefined)).toEqual({ status: 200, body: { phase: 'starting' } })
  expect(readinessOf(undefined)).toMatchObject({ status: 503, body: { reason: 'the peer starts' } })
  expect(readinessOf(watched)).toMatchObject({ status: 503, body: { reason: 'the peer does not listen yet' } })
  emit('started', startedEvent)
  expect(readinessOf(watched)).toEqual({ status: 200, body: { phase: 'training' } })
  become({ phase: 'waiting' })
  sees({ distance: null, members: [{ ...member, connected: false }] })
  expect(readinessOf(watched)).toMatchObject({ status: 503, body: { phase: 'waiting', reason: /no connection/ } })
  sees({ distance: null, members: [member] })
  vi.advanceTimersByTime(60 * LOOK_MS)
  expect(readinessOf(watched)).toEqual({ status: 200, body: { phase: 'waiting' } })
  emit('failed', { error: new Error('the disk is full') })
  const failed = { status: 503, body: { phase: 'waiting', reason: 'the peer has failed: the disk is full' } }
  expect([healthOf(watched), readinessOf(watched)]).toEqual([failed, failed])
})

describe('the server', () => {
  async function serve(place = '0', isSilent = false) {
    const output = recordOutput()
    const metrics = await openMetrics({ place: placeOf(place), out: output.out, isSilent })
    open.push(metrics)
    return { ...metrics, address: String(output.events[0]?.address), ...output }
  }

  test('says where it is, and answers before there is a peer', async () => {
    const { address, lines, events } = await serve()
    expect(lines).toEqual([`metrics: ${address}`])
    expect(events).toMatchObject([{ event: 'metrics', time: expect.any(String) }])
    const { status, text, headers } = await ask(address)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(parse(text).size).toBeGreaterThan(10)
    const health = await ask(new URL('/healthz', address).href)
    expect([health.status, JSON.parse(health.text)]).toEqual([200, { phase: 'starting' }])
  })

  test.each([
    ['another path', '/', {}, 404],
    ['a name that objects have', '/constructor', {}, 404],
    ['a POST', '/metrics', { method: 'POST' }, 405],
    ['a name that is not of this machine', '/metrics', { headers: { host: 'attacker.example' } }, 403],
    ['HEAD', '/metrics?x=1', { method: 'HEAD' }, 200],
  ] as const)('%s', async (_what, path, asked, expected) => {
    const { address } = await serve()
    const { status, text } = await ask(new URL(path, address).href, asked)
    expect(status).toBe(expected)
    if (expected === 200) expect(text).toBe('')
    if (expected === 404) expect(text).toContain('/metrics, /healthz, /readyz')
  })

  test('what goes wrong with looking is told, and ends nothing', async () => {
    const { address, watch } = await serve()
    const { peer } = createFakePeer()
    vi.spyOn(peer, 'view').mockImplementation(() => {
      throw new Error('no view')
    })
    watch(peer, () => 1)
    expect(await ask(address)).toMatchObject({ status: 500, text: expect.stringContaining('no view') })
  })

  test('a port that is taken, and one that nobody learns, say what to do', async () => {
    const { address } = await serve()
    const { port } = new URL(address)
    await expect(serve(port)).rejects.toThrow(
      `--metrics 127.0.0.1:${port}: port ${port} is taken by another program; take another one, or 0`,
    )
    await expect(serve('0', true)).rejects.toThrow('leave out --quiet, or add --json')
  })
})

test('a swarm of two is scraped from waiting to its seal, and its log is JSON', async () => {
  const folder = temporaryFolder()
  const csv = folder.write('blobs.csv', blobs())
  const recipe = folder.write(
    'recipe.json',
    JSON.stringify({ model: { name: 'linear', shape: [2], classes: 2 }, training: { steps: 200 } }),
  )
  const common = ['--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--data', `csv:${csv}`, '--backend', 'wasm']
  const flags = ['--json', '--log-format', 'json', '--stay', '--metrics', '0']
  const first = start(['peer', recipe, ...common, '--shard', '1/2', ...flags])
  await first.printed(/"event":"waiting"/)
  const [, metrics = ''] = /"address":"(http:[^"]+)"/.exec(first.soFar().stdout) ?? []
  const ready = new URL('/readyz', metrics).href
  const alone = await ask(ready)
  expect([alone.status, JSON.parse(alone.text)]).toEqual([
    503,
    { phase: 'waiting', reason: expect.stringContaining('no connection to another member') },
  ])
  const before = parse((await ask(metrics)).text)

  const [address = ''] = /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/.exec(first.soFar().stdout) ?? []
  const second = start(['peer', recipe, ...common, '--shard', '2/2', '--quiet', '--connect', address])
  await first.printed(/"event":"consensus"/)
  await vi.waitFor(async () => {
    const { status, text } = await ask(metrics)
    expect(status).toBe(200)
    const now = parse(text)
    expect(now.get('hearsay_sealed')).toBe(1)
    expect(now.get('hearsay_own_steps')).toBeGreaterThanOrEqual(200)
    for (const counter of [
      'hearsay_network_bytes_total{direction="in",purpose="exchange"}',
      'hearsay_network_bytes_total{direction="out",purpose="overhead"}',
      'process_cpu_seconds_total',
      'libp2p_noise_encrypted_packets_total',
    ])
      expect(now.get(counter), counter).toBeGreaterThan(before.get(counter) ?? Number.NaN)
  }, 20_000)
  const carried = [...parse((await ask(metrics)).text)].filter(([name]) => name.startsWith('libp2p_data_transfer'))
  expect(carried.find(([name]) => name.includes('"/hearsay/exchange/5 sent"'))?.[1]).toBeGreaterThan(1_000)
  expect((await second.finished).code).toBe(0)
  first.signal('SIGINT')
  const { code, stderr, stdout } = await first.finished
  expect(code).toBe(0)
  const time = expect.stringMatching(/Z$/)
  const lines = stderr.trim().split('\n')
  for (const line of lines)
    expect(JSON.parse(line)).toEqual({
      time,
      level: expect.stringMatching(/^(info|warning)$/),
      message: expect.any(String),
    })
  expect(lines.length).toBeGreaterThan(5)
  for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('event')
})
