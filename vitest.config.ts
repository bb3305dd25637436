import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Deadlines inside the tests are what fails a hang; this is only the net under them.
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // Files run side by side on every core; left to itself vitest keeps one free, which is half of a small machine.
    maxWorkers: '100%',
  },
})
