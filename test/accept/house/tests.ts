import { testsOf } from '../tests-of.ts'

export const parity = testsOf('parity', 'every live rule is its matrix form; the proof rule runs over sockets', [
  ['a row of parity for every live rule, and broken cores are noticed', 'test/averaging/live-parity.test.ts'],
  [
    'age-weighted gossip among real peers, over sockets',
    '--config',
    'vitest.large.config.ts',
    'test/acceptance/by-age.large.test.ts',
  ],
  [
    'its exchanges, whole and cut at every message, over both networks',
    'test/gossip/exchange/exchange-compliance.test.ts',
    'test/network/exchange-over-sockets.test.ts',
  ],
  ['the wiring of the core holds nothing', 'test/gossip/wiring.test.ts'],
])

export const packaged = testsOf('package', 'the package as others have it', [
  ["packed, installed, README's and every entry's examples compiled without skipLibCheck, and run", 'test/package'],
])
