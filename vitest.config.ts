import { defineConfig } from 'vitest/config'

/** Of every project: none takes these from the configuration around it. */
const shared = {
  testTimeout: 30_000,
  hookTimeout: 60_000,
  // Collecting what is young took a fifth of the time with the default of 16 MiB.
  execArgv: ['--max-semi-space-size=64'],
  // Files share what they import: loading it again for each took a third of the time.
  isolate: false,
}

const files = (...folders: readonly string[]) => folders.map((name) => `test/${name}/**/*.test.ts`)

/** Folders that are a project each, beside what `npm test` runs. */
const OWN_PROJECTS = [
  'processes',
  'outage',
  'files',
  'plans',
  'hostile',
  'redis',
  'browser',
] as const

/** What takes long, and changes rarely: `npm test` has to be over soon. */
const THOROUGH = [
  'test/**/*.property.test.ts',
  ...files('csv'),
  'test/analytics/exactness.test.ts',
  'test/credit-score/computing.test.ts',
  'test/events/batches.test.ts',
  'test/events/writers.test.ts',
  ...files('imports/kinds'),
  'test/openapi/breaking.test.ts',
  'test/programs/demo/demo.test.ts',
  'test/users/delete-during-load.test.ts',
  'test/webhooks/delivery.test.ts',
]

/** Files that put something else in the place of a module, which no other file may get. */
const REPLACE_MODULES = ['test/lib/log.test.ts', 'test/imports/preview-work.test.ts'] as const

/** Files that look at what their whole process does. */
const WHOLE_PROCESS = files('processes/cost')

export default defineConfig({
  test: {
    globalSetup: ['test/setup/run/cluster.ts'],
    reporters: ['default', './test/setup/run/failures.ts'],
    // They wait for databases and processes about as long as they compute: two left two cores idle for a third of the time.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...shared,
          name: 'passbook',
          include: files('**'),
          exclude: [
            ...files('readme', 'flows', ...OWN_PROJECTS),
            ...REPLACE_MODULES,
            ...THOROUGH,
            // Peers of the bench have packages of their own.
            '**/node_modules/**',
          ],
        },
      },
      { test: { ...shared, name: 'thorough', include: THOROUGH } },
      { test: { ...shared, name: 'mocks', include: [...REPLACE_MODULES], isolate: true } },
      { test: { ...shared, name: 'cost', include: WHOLE_PROCESS, isolate: true } },
      ...OWN_PROJECTS.map((name) => ({
        test: { ...shared, name, include: files(name), exclude: WHOLE_PROCESS },
      })),
      { test: { ...shared, name: 'sdk', include: ['sdk/typescript/test/**/*.test.ts'] } },
      // What is done with curl, which is no part of Node.js.
      { test: { ...shared, name: 'readme', include: files('readme', 'flows') } },
    ],
  },
})
