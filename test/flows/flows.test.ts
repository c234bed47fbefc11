import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDataDir, endProcesses, readKept, startProcess } from '../setup/servers/processes.ts'

const SCRIPT = new URL('flows.sh', import.meta.url).pathname
const run = promisify(execFile)

let dataDir: Awaited<ReturnType<typeof createDataDir>>
let url: string
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  dataDir = await createDataDir()
  // An empty variable counts as not set: the limits are those that hold by default.
  const limits = { RATE_LIMIT_PER_MINUTE: '' }
  url = await startProcess('main', { DATA_DIR: dataDir.path, LOG_LEVEL: 'warn', ...limits }).url()
  const { adminUsername, adminPassword } = await readKept(dataDir.path)
  env = { ...process.env, ADMIN_USERNAME: adminUsername, ADMIN_PASSWORD: adminPassword }
})
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

describe('flows.sh', () => {
  it('passes on a fresh service under the default limits, and prints a time for each user', async () => {
    const { stdout } = await run('bash', [SCRIPT, url], { env })
    expect(stdout.match(/^user \d+ {2}201 {2}\d+\.\d+ s$/gm)).toHaveLength(100)
    expect(stdout).toMatch(/^ok {6}100 users created/m)
  }, 120_000)

  it('ends with 1 at the first answer that is not as it should be', async () => {
    const again = run('bash', [SCRIPT, url], { env })
    await expect(again).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^FAILED {2}register\n +got 409 /),
    })
  })
})
