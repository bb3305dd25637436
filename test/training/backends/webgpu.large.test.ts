import { existsSync } from 'node:fs'
import { describe } from 'vitest'
import { tryBackend } from '../../../src/training/try-backend.ts'
import { backendCompliance } from './compliance.ts'

// Debian's chromium-common brings a Vulkan device that is a program. Whoever names another wants that one tested.
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json'
if (existsSync(SWIFTSHADER)) process.env.VK_DRIVER_FILES ??= SWIFTSHADER

/** For a device that is a program, on a machine that is busy with other tests. */
const DEADLINE_MS = 180_000

const trial = await tryBackend('webgpu')
const why = trial.outcome === 'works' ? `on ${trial.devices.device}` : `skipped: ${trial.reason}`

describe.skipIf(trial.outcome !== 'works')(`webgpu, ${why}`, { timeout: DEADLINE_MS }, () => {
  backendCompliance('webgpu')
})
