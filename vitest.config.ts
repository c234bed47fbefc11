import { defineConfig } from 'vitest/config'

const shared = {
  globalSetup: ['test/setup/cluster.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'passbook',
          include: ['test/**/*.test.ts'],
          exclude: ['test/redis/**', 'test/readme/**'],
        },
      },
      { test: { ...shared, name: 'redis', include: ['test/redis/**/*.test.ts'] } },
      { test: { ...shared, name: 'readme', include: ['test/readme/**/*.test.ts'] } },
    ],
  },
})
