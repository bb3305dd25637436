import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Hundreds of threads and processes load the same libraries; compiled once, each starts in two thirds of the time. The
// command line keeps what it has compiled in the same place.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache')

/** Rooms whose test files follow one another in one warm process: what they keep in modules, as a backend of TensorFlow.js, suits the next. */
const WARM = [
  'test/*.test.ts',
  ...[
    'admission',
    'attacks',
    'averaging',
    'campaign',
    'conformance',
    'data',
    'docs',
    'gossip',
    'judging',
    'parameters',
    'random',
    'recipe',
    'simulations',
    'standardise',
    'storage',
    'table',
    'training',
    'worth',
  ].map(room => `test/${room}/**/*.test.ts`),
]

/** libp2p, processes and the environment have state of their own. */
const OTHERS = ['acceptance', 'examples', 'library', 'network', 'package', 'peer'].map(
  room => `test/${room}/**/*.test.ts`,
)

/** What takes a third of a minute or more: `npm run test:large`. */
const LARGE = 'test/**/*.large.test.ts'

/** Replace a module for everybody who imports what they import, or have it remember a folder that goes with them. */
const REPLACE_MODULES = [
  'test/parameters/big-endian.test.ts',
  'test/storage/windows.test.ts',
  'test/data/stored-rows.test.ts',
]

export default defineConfig({
  test: {
    // Deadlines inside the tests are what fails a hang; this is only the net under them.
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // Files run side by side, more of them than there are cores: peers that wait for one another leave time to others. Left to itself vitest
    // would keep one core free, which is half of a small machine.
    maxWorkers: 2 * availableParallelism(),
    projects: [
      {
        extends: true,
        test: { name: 'warm', include: WARM, exclude: [...REPLACE_MODULES, LARGE], isolate: false },
      },
      {
        extends: true,
        test: { name: 'isolated', include: [...OTHERS, ...REPLACE_MODULES], exclude: [LARGE] },
      },
    ],
  },
})
