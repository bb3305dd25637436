import type { Item } from '../row.ts'
import { testsOf } from '../tests-of.ts'
import { container } from './container.ts'
import { prometheus } from './prometheus.ts'

const LARGE = ['--config', 'vitest.large.config.ts'] as const

const dashboard = testsOf('dashboard', 'a swarm as it is seen in a browser', [
  [
    'in Chromium: a swarm of three to its seal, a restart, a wrong token, no request elsewhere, axe, wide and on a phone, light and dark',
    ...LARGE,
    'test/large/dashboard.test.ts',
  ],
  [
    'in Chromium: a simulation and a finished result are played back with a slider, by keyboard',
    ...LARGE,
    'test/large/simulation-dashboard.test.ts',
  ],
  ['who may look and who may stop, what is kept, and a page that is stuck', 'test/peer/dashboard-server.test.ts'],
])

const operating = testsOf('operating', 'a peer that programs look after', [
  [
    'a swarm of two scraped from waiting to its seal, health and readiness, what is refused, a log in JSON, a port that is taken',
    'test/peer/metrics.test.ts',
  ],
])

/** The evidence that a swarm can be watched, in the order in which it was asked for. */
export const see: readonly Item[] = [dashboard, operating, prometheus, container]
