import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { createRows, type Item, type Row } from '../row.ts'
import { withFolder, withProcesses } from '../running-process.ts'
import { beside, tryTool } from './installed.ts'

const PEERS = 3
const STEPS = 300
const DEADLINE_MS = 120_000
const LOOK_AGAIN_MS = 500

/** With which promtool tells that it could read everything, and likes something less. */
const READ_WITH_COMPLAINTS = 3

/** The values of an expression, by the address that was scraped. */
async function ask(origin: string, query: string): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${origin}/api/v1/query?query=${encodeURIComponent(query)}`).catch(() => undefined)
  if (answer?.ok !== true) return new Map()
  const { data } = (await answer.json()) as {
    data: { result: { metric: { instance: string }; value: [number, string] }[] }
  }
  return new Map(data.result.map(({ metric, value }) => [metric.instance, Number(value[1])]))
}

/** Asks until enough is known. @throws where that takes too long */
async function until(origin: string, query: string): Promise<ReadonlyMap<string, number>> {
  const deadline = performance.now() + DEADLINE_MS
  for (;;) {
    const values = await ask(origin, query)
    if (values.size === PEERS) return values
    if (performance.now() > deadline) throw new Error(`${query}: only ${values.size} of ${PEERS} after two minutes`)
    await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

async function scraped(): Promise<readonly Row[]> {
  return await withFolder(path =>
    withProcesses(async start => {
      const listen = '/ip4/127.0.0.1/tcp/0'
      const common = [
        'peer',
        '--json',
        '--no-mdns',
        '--listen',
        listen,
        '--metrics',
        '0',
        '--stay',
        '--steps',
        String(STEPS),
      ]
      const first = start(common)
      const { addresses } = (await first.said('started')) as unknown as { addresses: readonly string[] }
      const others = Array.from({ length: PEERS - 1 }, () => start([...common, '--connect', addresses[0] ?? '']))
      const said = await Promise.all([first, ...others].map(peer => peer.said('metrics')))
      const origins = said.map(({ address }) => new URL(address as string))
      const targets = origins.map(({ host }) => host)
      const config = { scrape_configs: [{ job_name: 'hearsay', scrape_interval: '1s', static_configs: [{ targets }] }] }
      // JSON is YAML.
      await writeFile(path('prometheus.yml'), JSON.stringify(config))
      const place = `127.0.0.1:${await freePort()}`
      const args = [`--config.file=${path('prometheus.yml')}`, `--storage.tsdb.path=${path('data')}`]
      return await beside('prometheus', [...args, `--web.listen-address=${place}`], async () => {
        // A look at a peer may be older than its seal, by seconds.
        const sealed = await until(`http://${place}`, 'hearsay_sealed == 1')
        const steps = await until(`http://${place}`, `hearsay_own_steps >= ${STEPS}`)
        const text = await (await fetch(origins[0] as URL)).text()
        await writeFile(path('metrics'), text)
        const checked = await tryTool('sh', '-c', `promtool check metrics < '${path('metrics')}'`)
        const complaints = (checked?.out ?? '').split('\n').filter(line => line !== '')
        const ours = complaints.filter(line => line.startsWith('hearsay_'))
        return [
          {
            asked: `Prometheus scrapes a swarm of ${PEERS} until its seal`,
            measured: `${sealed.size} sealed; own steps ${[...steps.values()].join(', ')}`,
            passed: [...steps.values()].every(count => count >= STEPS),
          },
          {
            asked: 'promtool reads the metrics, and has nothing to say of ours',
            measured: `exit code ${checked?.code}; ${ours.length} complaints of ours, ${complaints.length - ours.length} of those of prom-client and libp2p`,
            passed: [0, READ_WITH_COMPLAINTS].includes(checked?.code ?? 1) && ours.length === 0,
          },
        ]
      })
    }),
  )
}

export const prometheus: Item = {
  name: 'prometheus',
  about: 'a real swarm, scraped by Prometheus itself',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    const version = await tryTool('prometheus', '--version')
    if (version === undefined) {
      rows.add({ asked: 'Prometheus scrapes a swarm', measured: 'not measured: no prometheus here', passed: false })
    } else for (const row of await scraped()) rows.add(row)
    return rows.all()
  },
}
