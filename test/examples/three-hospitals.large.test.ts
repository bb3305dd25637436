import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../examples/three-hospitals/main.ts', import.meta.url))
const DEADLINE_MS = 120_000

test(
  'three hospitals with unlike tables learn one model, and use it',
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], { timeout: DEADLINE_MS })
    expect(stdout).toMatch(/^all three sealed [0-9a-f]{64}$/m)
    expect(stdout).toMatch(/ward +category: cardiology, dialysis, geriatrics, surgery/)
    expect(stdout).toMatch(/predicts "outcome": home, intensive, rehab/)
    expect(stdout).toMatch(/right for [789]\d\.\d % of 200/)
  },
  DEADLINE_MS,
)
