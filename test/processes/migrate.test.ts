import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { expect, inject, it } from 'vitest'
import { createSecrets } from '../../src/programs/kept-secrets.ts'
import { queryOnce } from '../setup/figures.ts'

const run = promisify(execFile)

const urlOf = (server: string, name: string) => {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

it('ten processes that migrate at once take turns', async () => {
  const name = `empty_${randomBytes(8).toString('hex')}`
  const server = inject('serverUrl')
  await queryOnce(urlOf(server, 'postgres'), `CREATE DATABASE ${name}`)
  try {
    const url = urlOf(server, name)
    const { jwtSecret, encryptionKeys } = createSecrets()
    const env = {
      ...process.env,
      DATABASE_URL: url,
      JWT_SECRET: jwtSecret,
      ENCRYPTION_KEYS: encryptionKeys,
    }
    const outputs = await Promise.all(
      Array.from({ length: 10 }, () =>
        run(process.execPath, ['dist/programs/migrate.js'], { env }),
      ),
    )
    const texts = outputs.map(({ stdout }) => stdout.replace(/ \d.*/, '')).sort()
    const others = Array.from({ length: 9 }, () => 'The database is up to date.\n')
    expect(texts).toEqual(['Applied\n', ...others])
    const applied = await queryOnce<{ steps: number; finished: boolean }>(
      url,
      `SELECT applied_steps_count AS steps, finished_at IS NOT NULL AS finished FROM _prisma_migrations`,
    )
    expect(applied.length).toBeGreaterThan(0)
    for (const migration of applied) expect(migration).toEqual({ steps: 1, finished: true })
  } finally {
    await queryOnce(inject('superuserUrl'), `DROP DATABASE ${name} WITH (FORCE)`)
  }
}, 90_000)
