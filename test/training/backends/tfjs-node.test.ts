import { describe } from 'vitest'
import { tryBackend } from '../../../src/training/try-backend.ts'
import { backendCompliance } from './compliance.ts'

const trial = await tryBackend('tfjs-node')

describe.skipIf(trial.outcome !== 'works')(
  `tfjs-node${trial.outcome === 'works' ? '' : `, skipped: ${trial.reason}`}`,
  () => {
    backendCompliance('tfjs-node')
  },
)
