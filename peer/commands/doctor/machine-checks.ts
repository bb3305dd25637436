import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryBackend } from '../../../src/public/models.ts'
import type { Check } from './check.ts'

const NEEDED_NODE = 22

export const node: Check = {
  name: 'Node.js',
  async run() {
    const { version, arch, platform } = process
    const found = `${version} on ${platform} ${arch}`
    if (Number.parseInt(version.slice(1), 10) >= NEEDED_NODE) return { outcome: 'ok', found }
    return { outcome: 'failed', found, advice: `install Node.js ${NEEDED_NODE} or newer` }
  },
}

/** @param needed whether nothing works without it */
export function backend(name: string, needed: boolean): Check {
  return {
    name: `backend ${name}`,
    async run() {
      const trial = await tryBackend(name)
      if (trial.outcome !== 'works') {
        const without = trial.outcome === 'broken' ? 'broken' : 'missing'
        return { outcome: needed ? 'failed' : without, found: trial.reason, advice: trial.remedy }
      }
      const { device, software, all } = trial.devices
      const on = device === null ? '' : ` on ${device}`
      const which = all.length > 1 ? `\n--gpu N: ${all.map((each, i) => `${i} ${each}`).join(', ')}` : ''
      const found = `trained a step${on} in ${Math.round(trial.milliseconds)} ms, start included${which}`
      if (!software) return { outcome: 'ok', found }
      return { outcome: 'ok', found, advice: `a program, no GPU, and slower than wasm: only --backend ${name} uses it` }
    },
  }
}

export const port: Check = {
  name: 'port',
  async run() {
    const server = createServer()
    try {
      const found = await new Promise<number>((resolve, reject) => {
        server.on('error', reject)
        server.listen(0, '0.0.0.0', () => {
          const address = server.address()
          resolve(typeof address === 'object' && address !== null ? address.port : 0)
        })
      })
      return { outcome: 'ok', found: `can listen on every interface, for example on port ${found}` }
    } finally {
      server.close()
    }
  },
}

/** Long enough to see a clock that jumps or runs at another speed. */
const CLOCK_MS = 400
/** The wall clock may be nudged while we look; more than this is a jump. */
const CLOCK_SLACK_MS = 50
/** The earliest year of a machine that has learned the time. */
const EARLIEST_YEAR = 2025

export const clock: Check = {
  name: 'clock',
  async run(signal) {
    const [wall, steady] = [Date.now(), performance.now()]
    await sleep(CLOCK_MS, undefined, { signal })
    const apart = Math.abs(Date.now() - wall - (performance.now() - steady))
    const now = new Date()
    const advice = 'set the clock, or let the system keep it (NTP)'
    if (now.getFullYear() < EARLIEST_YEAR) return { outcome: 'failed', found: `says ${now.toISOString()}`, advice }
    if (apart > CLOCK_SLACK_MS) return { outcome: 'failed', found: `jumped by ${Math.round(apart)} ms`, advice }
    return { outcome: 'ok', found: `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC, running evenly` }
  },
}
