import { randomBytes } from 'node:crypto'
import type { OperationId } from '../../src/generated/operations.ts'
import { PASSWORD } from '../setup/password.ts'
import { exampleBody, exampleQuery, type OperationAccess } from './operations.ts'
import { type Reach, recordOf } from './records.ts'
import { createPerson, type Scene } from './scene.ts'

/** A valid request about the owner's records. */
export interface SampleRequest {
  readonly params: Readonly<Record<string, number | string>>
  readonly query: Readonly<Record<string, string | readonly string[]>>
  readonly body?: unknown
  /** Who may see the records of the request, besides their owner. */
  readonly reach: Reach
}

const random = () => randomBytes(9).toString('hex')

async function refreshToken({ service, owner }: Scene): Promise<string> {
  const token = random()
  await service.database.query(
    `WITH session AS (
       INSERT INTO sessions (user_id, expires_at) VALUES ($1, now() + interval '1 day') RETURNING id
     )
     INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
     SELECT id, sha256(convert_to($2, 'UTF8')), now() + interval '1 day' FROM session`,
    [owner.id, token],
  )
  return token
}

/** A token of each purpose: their operations are for everybody who has one. */
async function oneTimeToken({ service, owner }: Scene, operationId: OperationId): Promise<string> {
  const token = random()
  const purpose = operationId === 'confirmPasswordReset' ? 'password_reset' : 'email_verification'
  await service.database.query(
    `INSERT INTO one_time_tokens (user_id, purpose, token_hash, expires_at)
     VALUES ($1, $2, sha256(convert_to($3, 'UTF8')), now() + interval '1 day')
     ON CONFLICT (user_id, purpose) DO UPDATE SET token_hash = excluded.token_hash, used_at = NULL`,
    [owner.id, purpose, token],
  )
  return token
}

/** Fields whose examples cannot be used: they name records, or are unique. */
const FIELDS: Readonly<Record<string, (scene: Scene, operationId: OperationId) => unknown>> = {
  user_id: ({ owner }) => owner.id,
  ids: async ({ service }) => [(await createPerson(service, 'user')).id],
  email: () => `${random()}@people.example`,
  username: () => `u${random()}`,
  reference: random,
  account_number: () => random().toUpperCase(),
  refresh_token: refreshToken,
  token: oneTimeToken,
}

/** Bodies that no example provides. */
const BODIES: Partial<Record<OperationId, (scene: Scene) => Promise<unknown>>> = {
  login: async ({ service }) => {
    const { username, password } = await service.createAccount()
    return { username, password }
  },
  startBrowserSession: async ({ service }) => {
    const { username, password } = await service.createAccount()
    return { username, password }
  },
  issueToken: async ({ service }) => {
    const { username, password } = await service.createAccount()
    return { grant_type: 'password', username, password }
  },
  createImportProfile: async () => ({ name: random(), kind: 'dataset', options: {} }),
  changePassword: async () => ({ current_password: PASSWORD, new_password: PASSWORD }),
}

/** Query parameters that a request needs beyond the required ones. */
const QUERIES: Partial<Record<OperationId, () => Readonly<Record<string, string>>>> = {
  createImport: () => ({ name: random() }),
  createImportFromForm: () => ({ name: random() }),
}

async function adapt(value: unknown, scene: Scene, operationId: OperationId): Promise<unknown> {
  if (Array.isArray(value)) {
    return await Promise.all(value.map((item) => adapt(item, scene, operationId)))
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(async ([name, field]) => {
    const make = FIELDS[name]
    const made = make === undefined ? adapt(field, scene, operationId) : make(scene, operationId)
    return [name, await made] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** Whether a body names the user it is for. */
const namesUser = (body: unknown): boolean => JSON.stringify(body)?.includes('"user_id"') ?? false

/**
 * Makes a request from the document's examples. It creates the owner's records that the request
 * names.
 *
 * @throws Error when the path names a record that `records.ts` has no factory for
 */
export async function sampleRequest(
  operation: OperationAccess,
  scene: Scene,
): Promise<SampleRequest> {
  const params: Record<string, number | string> = {}
  let reach: Reach | undefined
  for (const { index, 0: parameter } of operation.url.matchAll(/:\w+/g)) {
    const record = recordOf(operation.url.slice(0, index + parameter.length))
    params[parameter.slice(1)] = await record.create(scene, operation.operationId)
    reach = record.reach
  }
  const example = exampleBody(operation)
  const body =
    (await BODIES[operation.operationId]?.(scene)) ??
    (await adapt(example, scene, operation.operationId))
  return {
    params,
    query: { ...exampleQuery(operation), ...QUERIES[operation.operationId]?.() },
    ...(body !== undefined && { body }),
    reach: reach ?? (namesUser(body) ? 'staff' : 'everybody'),
  }
}
