import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { StartupError } from './errors.ts'

const wholeNumber = (minimum: number, maximum: number, fallback: number) =>
  Type.Integer({ minimum, maximum, default: fallback })

/** All environment variables Passbook reads, with limits and defaults. */
const Environment = Type.Object({
  HOST: Type.String({ minLength: 1, default: '127.0.0.1' }),
  PORT: wholeNumber(0, 65_535, 3000),
  DATA_DIR: Type.String({ minLength: 1, default: '.data' }),
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
  DATABASE_WAIT_SECONDS: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
  DATABASE_POOL_SIZE: wholeNumber(2, 200, 12),
  REDIS_URL: Type.Optional(Type.String({ pattern: '^rediss?://' })),
  ADMIN_USERNAME: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$' })),
  ADMIN_PASSWORD: Type.Optional(Type.String({ minLength: 8, maxLength: 128 })),
  JWT_SECRET: Type.Optional(Type.String({ minLength: 32 })),
  ENCRYPTION_KEYS: Type.Optional(Type.String({ minLength: 1 })),
  RATE_LIMIT_PER_MINUTE: wholeNumber(0, 1_000_000, 6_000),
  METRICS_TOKEN: Type.Optional(Type.String({ minLength: 16 })),
  ACCESS_TOKEN_SECONDS: wholeNumber(30, 86_400, 900),
  REFRESH_TOKEN_DAYS: wholeNumber(1, 365, 30),
  DEFAULT_CURRENCY: Type.String({ pattern: '^[A-Z]{3}$', default: 'USD' }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], { default: 'info' }),
  /** `auto`: text on a terminal, JSON elsewhere. */
  LOG_FORMAT: Type.Enum(['auto', 'json', 'text'], { default: 'auto' }),
  CORS_ORIGINS: Type.Optional(Type.String({ minLength: 1 })),
  TRUST_PROXY: Type.Optional(Type.String({ minLength: 1 })),
  WORKER_PORT: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  WORKER_CONCURRENCY: wholeNumber(1, 64, 4),
  OUTBOX_RETRY_SECONDS: wholeNumber(1, 3600, 15),
  STATISTICS_REFRESH_SECONDS: wholeNumber(1, 86_400, 300),
  REPORT_RETENTION_HOURS: wholeNumber(1, 8_760, 24),
  IMPORT_MAX_BYTES: wholeNumber(1, 1_000_000_000_000, 50_000_000_000),
  IMPORT_RETENTION_HOURS: wholeNumber(1, 8_760, 168),
  /** The database keeps audit entries of the last 30 days against everybody. */
  AUDIT_RETENTION_DAYS: wholeNumber(30, 36_500, 365),
  /** How long `GET /v1/events` lists an event. */
  EVENT_RETENTION_DAYS: wholeNumber(1, 36_500, 30),
  /** Without it, mails are files under DATA_DIR/mail. */
  SMTP_URL: Type.Optional(Type.String({ pattern: '^smtps?://' })),
  MAIL_FROM: Type.String({ pattern: '@', default: 'Passbook <passbook@localhost>' }),
  /** Where links in mails lead; default: where the API listens. */
  PUBLIC_URL: Type.Optional(Type.String({ pattern: '^https?://[^\\s#?]+$' })),
  /** Deliveries to one webhook endpoint at once, of all workers together. */
  WEBHOOK_CONCURRENCY: wholeNumber(1, 64, 4),
  /** The waits after each failed attempt of a delivery but the last; default: those of Standard Webhooks. */
  WEBHOOK_RETRY_SECONDS: Type.String({
    pattern: '^\\d{1,6}(,\\d{1,6}){0,29}$',
    default: '5,300,1800,7200,18000,36000,50400,72000,86400',
  }),
  /** `true` lets webhooks reach private hosts, and by plain HTTP. */
  WEBHOOK_ALLOW_PRIVATE: Type.Enum(['true', 'false'], { default: 'false' }),
  /**
   * Amounts above these raise an alert, such as `USD:10000,EUR:9500.50`; `none`: only amounts that
   * are unusual for their user do.
   */
  ALERT_LARGE_AMOUNTS: Type.String({
    pattern: '^(none|[A-Z]{3}:\\d{1,13}(\\.\\d{1,4})?(,[A-Z]{3}:\\d{1,13}(\\.\\d{1,4})?)*)$',
    default: 'USD:10000,EUR:10000,GBP:10000',
  }),
  /** Standard deviations above the mean from which on an amount or a day is unusual. */
  ALERT_DEVIATIONS: wholeNumber(1, 100, 4),
  /** Transactions of 90 days in a currency without which no amount is unusual. */
  ALERT_MIN_HISTORY: wholeNumber(2, 1_000_000, 20),
  /** Transactions of a day in a currency below which no day is unusual. */
  ALERT_MIN_DAILY_TRANSACTIONS: wholeNumber(2, 1_000_000, 20),
  /** By how many points a credit score falls for an alert. */
  ALERT_SCORE_DROP: wholeNumber(1, 550, 100),
  /** API processes that `npm start` and `npm run api` run; the default leaves a core to the rest. */
  API_PROCESSES: wholeNumber(1, 64, Math.min(Math.max(availableParallelism() - 1, 1), 64)),
  /** Requests one process works on at once; default: two per database connection. */
  MAX_REQUESTS_UNDER_WAY: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  /** Concurrent uploads, downloads and event streams. */
  MAX_STREAMS_UNDER_WAY: wholeNumber(1, 100_000, 100),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000, 10_000),
  /**
   * Above this a process works on few requests at once; default: nine tenths of the machine's or
   * container's memory.
   */
  MAX_MEMORY_MB: Type.Optional(Type.Integer({ minimum: 64, maximum: 100_000_000 })),
  /**
   * How long a stopping process still accepts connections, until proxies notice; the default
   * depends on the program.
   */
  STOP_DELAY_SECONDS: Type.Optional(Type.Integer({ minimum: 0, maximum: 300 })),
  /**
   * How long after the signal requests and jobs may take. The orchestrator must wait longer than
   * this.
   */
  STOP_GRACE_SECONDS: wholeNumber(1, 3_600, 25),
})

const check = Compile(Environment)

export type Environment = Static<typeof Environment>

/** The secrets Passbook needs: from the environment, or generated beside the embedded database. */
export interface Secrets {
  readonly jwtSecret: string
  readonly encryptionKeys: string
}

/** The checked environment with all secrets. */
export type Config = Readonly<Environment> & Readonly<Secrets>

const HOW_TO_MAKE =
  'make them once with `npm run secrets` and keep them: what was encrypted cannot be read without them'

/**
 * Reads the environment. Text becomes a number where the schema says so; an empty variable counts
 * as unset. Unknown variables are ignored.
 *
 * @throws StartupError naming an invalid variable, never its value
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const given: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(Environment.properties)) {
    const text = env[name]
    const fallback = 'default' in schema ? schema.default : undefined
    if (text === undefined || text === '') {
      if (fallback !== undefined) given[name] = fallback
    } else
      given[name] =
        'type' in schema && schema.type === 'integer' && /^\d+$/.test(text) ? Number(text) : text
  }
  if (check.Check(given)) {
    assertProxies(given.TRUST_PROXY)
    return Object.freeze(given)
  }
  const [first] = check.Errors(given)
  const name = first?.instancePath.slice(1) ?? 'environment'
  throw new StartupError(
    `The environment variable ${name} ${first?.message ?? 'is not acceptable'}.`,
  )
}

const PROXY_NAMES = ['loopback', 'linklocal', 'uniquelocal']

function assertProxies(trustProxy = 'loopback'): void {
  const isProxy = (text: string) => {
    const [address = '', prefix = '0', ...rest] = text.trim().split('/')
    if (PROXY_NAMES.includes(text.trim())) return true
    const bits = { 4: 32, 6: 128 }[isIP(address)] ?? -1
    return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits
  }
  if (!trustProxy.split(',').every(isProxy)) {
    throw new StartupError(
      `The environment variable TRUST_PROXY must be a list of addresses, ranges such as 10.0.0.0/8, or ${PROXY_NAMES.join(', ')}.`,
    )
  }
}

/**
 * The database URL of a process that is one of several.
 *
 * @throws StartupError if DATABASE_URL or REDIS_URL is not set
 */
export function requireServers({ DATABASE_URL, REDIS_URL }: Environment): string {
  if (DATABASE_URL === undefined || REDIS_URL === undefined) {
    const missing = DATABASE_URL === undefined ? 'DATABASE_URL' : 'REDIS_URL'
    throw new StartupError(
      `${missing} is not set: separate API and worker processes share a PostgreSQL and a Redis; \`npm start\` runs everything without them.`,
    )
  }
  return DATABASE_URL
}

/**
 * Combines environment and secrets, and refuses secrets that are missing or weak.
 *
 * @param generated the secrets kept beside an embedded database; the environment overrides them
 * @throws StartupError if a secret is missing or weak
 */
export function createConfig(environment: Environment, generated?: Secrets): Config {
  const jwtSecret = environment.JWT_SECRET ?? generated?.jwtSecret
  const encryptionKeys = environment.ENCRYPTION_KEYS ?? generated?.encryptionKeys
  if (jwtSecret === undefined || encryptionKeys === undefined) {
    const missing = jwtSecret === undefined ? 'JWT_SECRET' : 'ENCRYPTION_KEYS'
    throw new StartupError(`${missing} is not set, and DATABASE_URL needs it: ${HOW_TO_MAKE}.`)
  }
  if (new Set(jwtSecret).size < 10) {
    throw new StartupError(`JWT_SECRET is too easy to guess: ${HOW_TO_MAKE}.`)
  }
  return Object.freeze({ ...environment, jwtSecret, encryptionKeys })
}
