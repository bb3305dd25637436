import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRows, type Item, lastLines, type Row } from '../row.ts'
import { ROOT, run, testCounts } from '../run.ts'
import { withFolder } from '../running-process.ts'
import { tryTool } from './installed.ts'

const PEERS = 5

/** What runs compose files. */
const COMPOSERS = [['docker', 'compose'], ['podman-compose']] as const

/** Of a unit that is read where hearsay is not installed, or by a systemd before 254: nothing is wrong with it. */
const NO_COMPLAINT = /Command hearsay is not executable|Unknown key '(RestartSteps|RestartMaxDelaySec)'/

async function linted(): Promise<Row> {
  const { code, out } = await run('vitest', 'run', 'test/package/deploy.test.ts')
  return { asked: 'the files say of hearsay what is so', measured: testCounts(out), passed: code === 0 }
}

async function verifiedUnit(): Promise<Row> {
  return await withFolder(async path => {
    const unit = path('hearsay@north.service')
    await copyFile(join(ROOT, 'deploy/hearsay@.service'), unit)
    const asked = 'systemd takes the unit, and finds little exposed'
    const verified = await tryTool('systemd-analyze', 'verify', unit)
    if (verified === undefined)
      return { asked: 'the unit', measured: 'not tried: no systemd-analyze here', passed: true }
    const complaints = verified.out.split('\n').filter(line => line !== '' && !NO_COMPLAINT.test(line))
    const exposed = await tryTool('systemd-analyze', 'security', '--offline=true', '--threshold=20', unit)
    const level = /exposure level.*?: ([\d.]+ \w+)/.exec(exposed?.out ?? '')?.[1] ?? 'unknown'
    return {
      asked,
      measured: `${complaints.length} complaints${complaints.map(line => ` | ${line}`).join('')}; exposure ${level}`,
      passed: complaints.length === 0 && exposed?.code === 0,
    }
  })
}

/** Builds the image, and lets the compose file's peers run to their seal. */
async function composed(): Promise<Row> {
  for (const [program, ...before] of COMPOSERS) {
    const compose = (...args: string[]) =>
      tryTool(program, ...before, '--file', 'deploy/compose.yaml', '--project-name', 'hearsay-accept', ...args)
    if ((await tryTool(program, ...before, 'version'))?.code !== 0) continue
    try {
      const asked = `the image is built, and five peers in containers of it seal, by ${[program, ...before].join(' ')}`
      const built = await compose('build')
      if (built?.code !== 0) return { asked, measured: `not built: ${lastLines(built?.out ?? '')}`, passed: false }
      const { out = '' } = (await compose('up')) ?? {}
      const sealed = out.split('\n').filter(line => line.includes(`sealed by ${PEERS} of ${PEERS}`)).length
      const contained = out.split('\n').filter(line => line.includes("the model contains this peer's data")).length
      return {
        asked,
        measured: `${sealed} of ${PEERS} sealed with all, ${contained} with their data in the model${sealed === PEERS ? '' : `; ${lastLines(out)}`}`,
        passed: sealed === PEERS && contained === PEERS,
      }
    } finally {
      await compose('down', '--volumes')
    }
  }
  return {
    asked: 'what was built here',
    measured:
      'nothing: neither docker compose nor podman-compose runs here, so the image and the compose file were only linted',
    passed: true,
  }
}

export const container: Item = {
  name: 'container',
  about: 'the image, the compose file and the systemd unit',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    for (const look of [linted, verifiedUnit, composed]) rows.add(await look())
    return rows.all()
  },
}
