import pg from 'pg'
import { connectDedicated } from '../dedicated-connection.ts'
import { SERVICE_ROLE, SUPERUSER, servicePassword, superuserUrl } from './address.ts'
import type { Access } from './connection.ts'

/** A large database takes a while to change hands, as each of its tables is locked for a moment. */
const LIMITS = { statement: 60_000, lock: 10_000, connect: 5_000 }

/** Hands over all that the superuser made in a database, which a data folder of before the role has. */
const HAND_OVER = `
  DO $$
  DECLARE
    made record;
  BEGIN
    FOR made IN
      SELECT format('SCHEMA %I', nspname) AS what FROM pg_namespace
      WHERE nspowner = '${SUPERUSER}'::regrole AND nspname !~ '^pg_' AND nspname <> 'information_schema'
      UNION ALL
      SELECT format('TABLE %s', oid::regclass) FROM pg_class
      WHERE relowner = '${SUPERUSER}'::regrole AND relkind IN ('r', 'p', 'v', 'm')
        AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
      UNION ALL
      SELECT format('ROUTINE %s', oid::regprocedure) FROM pg_proc
      WHERE proowner = '${SUPERUSER}'::regrole
        AND pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
      UNION ALL
      SELECT format('TYPE %s', oid::regtype) FROM pg_type
      WHERE typowner = '${SUPERUSER}'::regrole AND typtype = 'e'
    LOOP
      EXECUTE format('ALTER %s OWNER TO ${SERVICE_ROLE}', made.what);
    END LOOP;
  END
  $$`

/**
 * Sees to it that the service's role and its database exist. The role is no superuser: who gets to run statements as the
 * service reads no file of the server, starts no program, and changes no other role.
 *
 * @param session the superuser's, on the maintenance database
 */
export async function ensureServiceRole(
  session: pg.Client,
  { port, password }: Access,
  database: string,
): Promise<void> {
  const name = pg.escapeIdentifier(database)
  const role = await session.query('SELECT FROM pg_roles WHERE rolname = $1', [SERVICE_ROLE])
  if (role.rowCount === 0) {
    const secret = pg.escapeLiteral(servicePassword(password))
    await session.query(`CREATE ROLE ${SERVICE_ROLE} LOGIN PASSWORD ${secret}`)
  }
  const { rows } = await session.query<{ owner: string }>(
    'SELECT datdba::regrole::text AS owner FROM pg_database WHERE datname = $1',
    [database],
  )
  const [existing] = rows
  if (existing === undefined) {
    await session.query(`CREATE DATABASE ${name} OWNER ${SERVICE_ROLE}`)
  } else if (existing.owner === SUPERUSER) {
    const inside = await connectDedicated(
      superuserUrl(port, password, database),
      'passbook-owner',
      LIMITS,
    )
    await inside.query(HAND_OVER).finally(() => inside.end())
    await session.query(`ALTER DATABASE ${name} OWNER TO ${SERVICE_ROLE}`)
  }
}
