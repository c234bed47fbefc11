import type pg from 'pg'

/** Sends a prepared statement. */
export const ask = async (client: pg.Client, text: string, values: readonly unknown[] = []) =>
  (await client.query({ name: text.replaceAll(/\W/g, '').slice(0, 60), text, values: [...values] }))
    .rows

/** The process of the server that works for a connection. */
export const pidOf = async (client: pg.Client): Promise<number> =>
  (await ask(client, 'SELECT pg_backend_pid() AS pid'))[0].pid
