import { defineConfig } from 'vitest/config'

/** A run of one failure and one test that waits for good, on the cluster and the reporters of all others. */
export default defineConfig({
  test: {
    globalSetup: ['test/setup/run/cluster.ts'],
    reporters: ['default', './test/setup/run/failures.ts'],
    include: ['test/processes/test-run/endless.run.ts'],
  },
})
