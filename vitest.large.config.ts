import { defineConfig } from 'vitest/config'

/** What takes minutes, or gigabytes: `npm run test:large`. One after the other, so that each has the memory to itself. */
export default defineConfig({
  test: {
    include: ['test/large/**/*.test.ts', 'test/**/*.large.test.ts'],
    fileParallelism: false,
    // As of the others, deadlines inside the tests are what fails a hang.
    testTimeout: 120_000,
  },
})
