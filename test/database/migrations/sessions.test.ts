import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MIGRATIONS_DIR } from '../../../src/database/schema-engine.ts'
import { sessionOf } from '../../setup/access-token.ts'
import { useCast } from '../../setup/cast.ts'
import { openSession } from '../../setup/session.ts'

const cast = useCast()

const MIGRATION = '20261127040000_sessions'

/** The tables as they were. */
const BEFORE = `
  DROP TABLE sessions CASCADE;
  DELETE FROM refresh_tokens;
  ALTER TABLE refresh_tokens DROP COLUMN session_id,
    ADD COLUMN family UUID NOT NULL,
    ADD COLUMN user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE;
  CREATE INDEX refresh_tokens_user_id_idx ON refresh_tokens (user_id);
  CREATE INDEX refresh_tokens_family_idx ON refresh_tokens (family)`

const FAMILIES = `
  INSERT INTO refresh_tokens (user_id, family, token_hash, created_at, expires_at, used_at) VALUES
    ($1, '00000000-0000-0000-0000-000000000001', sha256('used'), '2026-01-01', '2099-01-31', now()),
    ($1, '00000000-0000-0000-0000-000000000001', sha256('newest'), '2026-01-05', '2099-02-04', NULL),
    ($1, '00000000-0000-0000-0000-000000000002', sha256('only'), '2026-01-03', '2099-02-02', NULL)`

it('makes a session of each family of refresh tokens, which goes on and ends as before', async () => {
  const { database, call } = cast.service
  const before = await openSession(database.url)
  await before.query(BEFORE)
  await before.query(FAMILIES, [cast.user.id])
  const sql = await readFile(join(MIGRATIONS_DIR, MIGRATION, 'migration.sql'), 'utf8')
  await before.query(sql.trim())
  await before.close()

  const sessions = await database.query(
    `SELECT id::int, user_id::int, created_at::date::text AS created, last_used_at::date::text AS used,
       expires_at::date::text AS expires, address FROM sessions ORDER BY id`,
  )
  const of = { user_id: cast.user.id, address: null }
  expect(sessions).toEqual([
    { ...of, id: 1, created: '2026-01-01', used: '2026-01-05', expires: '2099-02-04' },
    { ...of, id: 2, created: '2026-01-03', used: '2026-01-03', expires: '2099-02-02' },
  ])
  const refresh = async (refresh_token: string) =>
    await call('refreshToken', { body: { refresh_token } })
  const { body } = await refresh('newest')
  expect(sessionOf(body.access_token)).toBe(1)
  expect((await call('listSessions', { token: body.access_token })).body).toHaveLength(2)
  expect((await refresh('used')).status).toBe(401)
  expect((await refresh(body.refresh_token)).status).toBe(401)
  expect((await refresh('only')).status).toBe(200)
})
