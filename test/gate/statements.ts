import pg from 'pg'
import { WORK_LIMITS } from '../../src/database/work-limits.ts'

/** What requests sent to PostgreSQL. */
export interface Sent {
  /** `BEGIN` and `COMMIT` count too. */
  readonly statements: number
  /** How often somebody began to wait for PostgreSQL. Statements that run at the same time are one. */
  readonly roundTrips: number
}

interface Client {
  readonly connectionParameters: { readonly statement_timeout?: number | string }
}
type Query = (this: Client, ...parts: unknown[]) => unknown

let counted = { statements: 0, roundTrips: 0 }
let underWay = 0

/** Only the connections of requests have this limit. */
const isForRequests = ({ connectionParameters }: Client) =>
  Number(connectionParameters.statement_timeout) === WORK_LIMITS.request.statement

/** Counts the statements of all pools for requests from now on. To be called once. */
export function watchStatements(): void {
  const client = pg.Client.prototype as unknown as { query: Query }
  const { query } = client
  client.query = function (...parts) {
    if (!isForRequests(this)) return query.apply(this, parts)
    counted.statements += 1
    if (underWay === 0) counted.roundTrips += 1
    underWay += 1
    const end = () => {
      underWay -= 1
    }
    const callback = parts.at(-1)
    if (typeof callback === 'function') {
      const done = (...result: unknown[]) => {
        end()
        callback(...result)
      }
      return query.apply(this, [...parts.slice(0, -1), done])
    }
    const answer = query.apply(this, parts) as Promise<unknown>
    answer.then(end, end)
    return answer
  }
}

/** Counts what is sent during some work. Nothing else may send anything meanwhile. */
export async function countSent(work: () => Promise<unknown>): Promise<Sent> {
  counted = { statements: 0, roundTrips: 0 }
  await work()
  return { ...counted }
}
