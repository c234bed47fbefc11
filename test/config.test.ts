import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { createConfig, readEnvironment, requireServers } from '../src/config.ts'
import { StartupError } from '../src/errors.ts'
import { createSecrets } from '../src/programs/kept-secrets.ts'

const SECRETS = createSecrets()
const DATABASE_URL = 'postgres://user:hunter2@db.example/passbook'
const REDIS_URL = 'redis://:hunter2@cache.example'

describe('readEnvironment', () => {
  it('has a value for everything that needs one', () => {
    expect(readEnvironment({})).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 3000,
      DATA_DIR: '.data',
      DEFAULT_CURRENCY: 'USD',
      ACCESS_TOKEN_SECONDS: 900,
      REFRESH_TOKEN_DAYS: 30,
      LOG_LEVEL: 'info',
    })
  })

  it('leaves a core to the worker and the database, if there are several', () => {
    const { API_PROCESSES } = readEnvironment({})
    expect(API_PROCESSES).toBe(Math.max(availableParallelism() - 1, 1))
    expect(() => readEnvironment({ API_PROCESSES: '65' })).toThrow(StartupError)
  })

  it('reads numbers, and takes an empty variable for one not given', () => {
    const environment = readEnvironment({ PORT: '0', HOST: '', DATABASE_URL: '', JWT_SECRET: '' })
    expect(environment).toMatchObject({ PORT: 0, HOST: '127.0.0.1' })
    expect(environment).not.toHaveProperty('DATABASE_URL')
    expect(environment).not.toHaveProperty('JWT_SECRET')
  })

  it.each(['loopback', '10.0.0.1', 'fd00::/8, 10.0.0.0/8,uniquelocal'])(
    'takes TRUST_PROXY=%s',
    (TRUST_PROXY) => expect(readEnvironment({ TRUST_PROXY })).toMatchObject({ TRUST_PROXY }),
  )

  it('leaves out what Passbook does not know, and cannot be changed', () => {
    const environment = readEnvironment({ PATH: '/bin', PORT: '1' })
    expect(environment).not.toHaveProperty('PATH')
    expect(() => Object.assign(environment, { PORT: 2 })).toThrow(TypeError)
  })

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80a'],
    ['PORT', '0x50'],
    ['PORT', ' 80'],
    ['DATABASE_URL', 'mysql://user:hunter2@db.example'],
    ['REDIS_URL', 'http://:hunter2@cache.example'],
    ['ADMIN_USERNAME', 'a b'],
    ['ADMIN_PASSWORD', 'hunter2'],
    ['JWT_SECRET', 'hunter2'],
    ['METRICS_TOKEN', 'hunter2'],
    ['ACCESS_TOKEN_SECONDS', '29'],
    ['REFRESH_TOKEN_DAYS', '0'],
    ['DEFAULT_CURRENCY', 'usd'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_POOL_SIZE', '1.5'],
    ['WORKER_CONCURRENCY', '0'],
    ['WEBHOOK_RETRY_SECONDS', '5,'],
    ['WEBHOOK_RETRY_SECONDS', '0.5'],
    ['WEBHOOK_RETRY_SECONDS', Array(31).fill('5').join()],
    ['TRUST_PROXY', 'hunter2'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.1,'],
    ['TRUST_PROXY', '10.0.0.0/8/8'],
  ])('refuses %s=%s, naming the variable and never its value', (name, value) => {
    const refused = () => readEnvironment({ [name]: value })
    expect(refused).toThrow(StartupError)
    expect(refused).toThrow(new RegExp(`^The environment variable ${name} .+\\.$`))
    expect(refused).not.toThrow(/hunter2/)
  })
})

describe('createConfig', () => {
  it('takes the secrets of the environment before generated ones', () => {
    const JWT_SECRET = 'a secret of the environment, long enough'
    const config = createConfig(readEnvironment({ JWT_SECRET }), SECRETS)
    expect(config.jwtSecret).toBe(JWT_SECRET)
    expect(config.encryptionKeys).toBe(SECRETS.encryptionKeys)
    expect(Object.isFrozen(config)).toBe(true)
  })

  it.each([
    ['JWT_SECRET', {}],
    ['ENCRYPTION_KEYS', { JWT_SECRET: SECRETS.jwtSecret }],
    ['JWT_SECRET', { ENCRYPTION_KEYS: SECRETS.encryptionKeys }],
  ])('refuses to go on without %s, and says how to make it', (name, env) => {
    const refused = () => createConfig(readEnvironment({ DATABASE_URL, ...env }))
    expect(refused).toThrow(StartupError)
    expect(refused).toThrow(new RegExp(`^${name} is not set.*npm run secrets`))
  })

  it.each(['a'.repeat(64), 'abababababababababababababababab', '123456789'.repeat(4)])(
    'refuses the weak JWT_SECRET %s without quoting it',
    (JWT_SECRET) => {
      const refused = () => createConfig(readEnvironment({ JWT_SECRET }), SECRETS)
      expect(refused).toThrow(/^JWT_SECRET is too easy to guess/)
      expect(refused).not.toThrow(JWT_SECRET)
    },
  )
})

describe('requireServers', () => {
  it('gives the database where Redis is there as well', () => {
    expect(requireServers(readEnvironment({ DATABASE_URL, REDIS_URL }))).toBe(DATABASE_URL)
  })

  it.each([
    ['DATABASE_URL', { REDIS_URL }],
    ['REDIS_URL', { DATABASE_URL }],
    ['DATABASE_URL', {}],
  ])('wants %s where only %j is given', (name, env) => {
    const refused = () => requireServers(readEnvironment(env))
    expect(refused).toThrow(new RegExp(`^${name} is not set`))
    expect(refused).not.toThrow(/hunter2/)
  })
})
