import type pg from 'pg'
import { connectDedicated } from './dedicated-connection.ts'

/** Sorting all users, with their members, takes minutes. */
const LIMITS = { statement: 1_800_000, lock: 60_000, connect: 5_000 }

/** Runs statements on one state of the database. */
export interface Snapshot {
  run(statement: string): Promise<void>
  rows<Row extends object>(query: string): Promise<readonly Row[]>
  /** Reads one query some rows at a time: neither this process nor the driver ever holds all of them. */
  batches<Row extends object>(query: string, size: number): AsyncGenerator<readonly Row[], void>
}

/**
 * By `FETCH`: with a cursor of the protocol, as pg-cursor has it, the limit of a statement would count all
 * the reading and what is done with the rows, and the server would never end one that is left alone.
 */
async function* batches<Row extends object>(client: pg.Client, query: string, size: number) {
  await client.query(`DECLARE batches NO SCROLL CURSOR FOR ${query}`)
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${size} FROM batches`)
    if (rows.length > 0) yield rows
    if (rows.length < size) break
  }
  await client.query('CLOSE batches')
}

/**
 * Reads one state of the database for as long as it takes, over a connection of its own: requests
 * need those of the pool, whose transactions have a limit. What is written, as into temporary tables, is
 * gone in the end.
 */
export async function readSnapshot<T>(
  databaseUrl: string,
  read: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const client = await connectDedicated(databaseUrl, 'passbook', LIMITS)
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    return await read({
      run: async (statement) => void (await client.query(statement)),
      rows: async (query) => (await client.query(query)).rows,
      batches: (query, size) => batches(client, query, size),
    })
  } finally {
    // Ends the transaction too.
    await client.end().catch(() => undefined)
  }
}
