import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Hundreds of threads and processes load the same libraries; compiled once, each starts in two thirds of the time. The
// command line keeps what it has compiled in the same place.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache')

/** Tests of code that keeps nothing in its modules: files may follow one another in one warm process. */
const STATELESS = [
  'test/*.test.ts',
  ...[
    'admission',
    'attacks',
    'averaging',
    'conformance',
    'gossip',
    'judging',
    'parameters',
    'random',
    'recipe',
    'simulations',
    'table',
    'worth',
  ].map(room => `test/${room}/**/*.test.ts`),
]

/** TensorFlow.js, libp2p, processes and the environment have state of their own. */
const OTHERS = [
  'acceptance',
  'data',
  'docs',
  'examples',
  'library',
  'network',
  'package',
  'peer',
  'standardise',
  'storage',
  'training',
].map(room => `test/${room}/**/*.test.ts`)

/** What takes a third of a minute or more: `npm run test:large`. */
const LARGE = 'test/**/*.large.test.ts'

/** Replaces a built-in module for everybody who imports what it imports. */
const REPLACES_MODULES = ['test/parameters/big-endian.test.ts']

export default defineConfig({
  test: {
    // Deadlines inside the tests are what fails a hang; this is only the net under them.
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // Files run side by side, more of them than there are cores: peers that wait for one another leave a fifth of the time to others.
    // Left to itself vitest would keep one core free, which is half of a small machine.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    projects: [
      {
        extends: true,
        test: { name: 'stateless', include: STATELESS, exclude: [...REPLACES_MODULES, LARGE], isolate: false },
      },
      {
        extends: true,
        test: { name: 'isolated', include: [...OTHERS, ...REPLACES_MODULES], exclude: [LARGE] },
      },
    ],
  },
})
