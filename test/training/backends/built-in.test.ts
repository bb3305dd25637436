import { describe } from 'vitest'
import { backendCompliance } from './compliance.ts'

describe.each(['wasm', 'cpu'])('%s', backendCompliance)
