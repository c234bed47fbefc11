import { defineConfig } from 'vitest/config'

/**
 * A run of one failure and one test that waits for good, on the cluster and the reporters of all others. They are
 * in two files, side by side: Vitest reports what it has to when a file ends. Within a file the timer that is to
 * report a result may find that it is too early by less than a millisecond, and is not set again
 * (`throttle` of @vitest/runner): the result then waits for the next one, which never comes here.
 */
export default defineConfig({
  test: {
    globalSetup: ['test/setup/run/cluster.ts'],
    reporters: ['default', './test/setup/run/failures.ts'],
    include: ['test/processes/test-run/*.run.ts'],
    maxWorkers: 2,
  },
})
