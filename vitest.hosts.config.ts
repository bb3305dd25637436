import { defineConfig } from 'vitest/config'

/** Peers on hosts of their own, in network namespaces: `npm run test:hosts`. One file after the other, as figures are taken. */
export default defineConfig({
  test: {
    include: ['test/hosts/**/*.test.ts'],
    fileParallelism: false,
    // How quick this machine is is measured once for all files.
    isolate: false,
    // Deadlines inside the tests are what fails a hang; this is only the net under them.
    testTimeout: 1_800_000,
  },
})
