import { defineConfig } from 'vitest/config'

const shared = { testTimeout: 30_000, hookTimeout: 60_000 }

const files = (...folders: readonly string[]) => folders.map((name) => `test/${name}/**/*.test.ts`)

export default defineConfig({
  test: {
    globalSetup: ['test/setup/cluster.ts'],
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'passbook',
          include: files('**'),
          exclude: files('platform', 'processes', 'redis', 'readme', 'flows'),
          // Files share what they import: loading it again for each took a third of the time.
          isolate: false,
        },
      },
      { test: { ...shared, name: 'platform', include: files('platform', 'processes') } },
      { test: { ...shared, name: 'redis', include: files('redis') } },
      // What is done with curl, which is no part of Node.js.
      { test: { ...shared, name: 'readme', include: files('readme', 'flows') } },
    ],
  },
})
