/** One test of a compliance suite, for any test runner: `for (const { title, run } of suite) test(title, run)`. */
export interface ComplianceTest {
  readonly title: string
  /** Rejects with an `AssertionError` where the driver does something else. Call it once, and no two at a time. */
  readonly run: () => Promise<void>
}

/** The place where tests run. */
interface Stage {
  stop(): Promise<void>
}

/** A test that leaves the stage empty, whatever its outcome. */
export function onStage(stage: Stage, title: string, body: () => Promise<void>): ComplianceTest {
  return {
    title,
    async run() {
      try {
        await body()
      } finally {
        await stage.stop()
      }
    },
  }
}
