import type { Config } from '../config.ts'

/** What an API process takes beside DATABASE_POOL_SIZE: other pools, shared statements, queues, probe and the keys. */
const OF_AN_API = 20
/** The same of a worker, with what each job may take. */
const OF_A_WORKER = 36
const OF_A_JOB = 3
/** For commands, `psql` and whatever else comes. */
const SPARE = 20
const AT_LEAST = 150

/** How many connections the embedded database allows, so that all processes fit. */
export function connectionsFor(config: Config): number {
  const { API_PROCESSES, DATABASE_POOL_SIZE, WORKER_CONCURRENCY } = config
  const ofApi = API_PROCESSES * (DATABASE_POOL_SIZE + OF_AN_API)
  const ofWorker = DATABASE_POOL_SIZE + OF_A_WORKER + WORKER_CONCURRENCY * OF_A_JOB
  return Math.max(AT_LEAST, ofApi + ofWorker + SPARE)
}
