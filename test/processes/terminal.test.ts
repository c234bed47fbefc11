import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIn } from '../setup/http/http-client.ts'
import { createDataDir, endProcesses, readKept, startProcess } from '../setup/servers/processes.ts'

let dataDir: Awaited<ReturnType<typeof createDataDir>>
beforeAll(async () => {
  dataDir = await createDataDir()
})
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

const start = (env: Readonly<Record<string, string>>) =>
  startProcess('main', { DATA_DIR: dataDir.path, ...env })

describe('npm start', () => {
  it('says on a terminal what it did, how to log in, what is asked, and that it stopped', async () => {
    const passbook = start({ LOG_FORMAT: 'text' })
    const url = await passbook.url()
    const { stdout: banner } = passbook.text
    const steps = [
      /created the database files +\d/,
      /started PostgreSQL 18 .+ +\d/,
      /migrated .+ +\d/,
    ]
    for (const step of steps) expect(banner.slice(0, banner.indexOf('is ready'))).toMatch(step)
    expect(banner).toContain(`npm run demo -- --into-running --url ${url}`)
    await fetch(`${url}/v1/users`)
    await passbook.seen(/^\d\d:\d\d:\d\d {2}401 {2}GET +listUsers +\d+ ms {2}request \w{8}$/m)
    expect(await passbook.end('SIGINT')).toMatchObject({ code: 0 })
    expect(passbook.text.stdout).toMatch(
      /\nStopping; Ctrl-C again aborts what is under way\.\n(?:.+\n)*Stopped\.\n$/,
    )
    expect(passbook.text.stdout).not.toContain('\u001b')
    expect(passbook.text.stdout).not.toContain('"level"')
  }, 60_000)

  it('logs JSON elsewhere, and colours where they are forced', async () => {
    const plain = start({})
    await fetch(`${await plain.url()}/v1/users`)
    await plain.seen(/^\{"level":"info",.*"status":401/m)
    await plain.end('SIGTERM')
    expect(plain.text.stdout).toMatch(/"msg":"stopped"\}\n$/)
    const forced = start({ LOG_FORMAT: 'text', FORCE_COLOR: '1' })
    await forced.url()
    expect(forced.text.stdout).toContain('\u001b[32m')
    await forced.end('SIGTERM')
  }, 60_000)

  it('shows the generated password until it is changed, by whichever process', async () => {
    const first = start({})
    const url = await first.url()
    const { adminUsername, adminPassword } = await readKept(dataDir.path)
    expect(first.text.stdout).toContain(`Password    ${adminPassword}\n`)
    const admin = await logIn(url, adminUsername, adminPassword)
    const change = { current_password: adminPassword, new_password: 'seven green kettles' }
    expect((await admin.request('PUT', '/v1/me/password', change)).status).toBe(204)
    await first.end('SIGTERM')
    const second = start({ API_PROCESSES: '2' })
    await second.url()
    expect(second.text.stdout).toContain('Password    changed since the first start\n')
    expect(second.text.stdout).not.toContain(adminPassword)
    await second.end('SIGTERM')
  }, 60_000)
})
