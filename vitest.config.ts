import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Deadlines inside the tests are what fails a hang; this is only the net under them.
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // More files side by side than there are cores: what peers do beside computing is wait for each other.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
  },
})
