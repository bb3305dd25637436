import type { Item } from '../row.ts'
import { testsOf } from '../tests-of.ts'
import { container } from './container.ts'
import { docs } from './docs.ts'
import { embed } from './embed.ts'
import { errors } from './errors.ts'
import { newcomer } from './newcomer.ts'
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

const tutorial = testsOf('tutorial', 'ten minutes of somebody who has never seen it', [
  [
    'docs/tutorial.md typed into three terminals, and what it shows printed there',
    ...LARGE,
    'test/large/tutorial.test.ts',
  ],
])

const operating = testsOf('operating', 'a peer that programs look after', [
  [
    'a swarm of two scraped from waiting to its seal, health and readiness, what is refused, a log in JSON, a port that is taken',
    'test/peer/metrics.test.ts',
  ],
])

const examples = testsOf('examples', 'programs to copy from, each run as its page says', [
  [
    'three peers find the line that none of them has the points for',
    ...LARGE,
    'test/examples/own-trainer.large.test.ts',
  ],
  ['the tables of the tutorial, and what init says of them', 'test/examples/hives.test.ts'],
  ['a model of their own, built', 'test/examples/own-model.test.ts'],
  ['and learned by real peers', ...LARGE, 'test/examples/own-model.large.test.ts'],
  ['a rule that keeps the mean and needs a fraction of the rounds', ...LARGE, 'test/examples/own-rule.large.test.ts'],
  ['a storage that does all that is asked of one', 'test/examples/own-storage.test.ts'],
  ['peers that are killed go on from it', ...LARGE, 'test/examples/own-storage.large.test.ts'],
  [
    'two web applications: predictions, status, metrics, events, a clean stop',
    ...LARGE,
    'test/examples/express.large.test.ts',
  ],
  ['a swarm watched by one that has no data', ...LARGE, 'test/examples/watch.large.test.ts'],
  ['three hospitals with unlike tables', ...LARGE, 'test/examples/three-hospitals.large.test.ts'],
  ['four agents solve a world of which each knows a quarter', ...LARGE, 'test/examples/q-learning.large.test.ts'],
])

/** The evidence that a swarm can be watched, in the order in which it was asked for. */
export const see: readonly Item[] = [
  newcomer,
  tutorial,
  errors,
  dashboard,
  operating,
  prometheus,
  container,
  embed,
  examples,
  docs,
]
