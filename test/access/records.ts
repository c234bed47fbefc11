import { randomBytes } from 'node:crypto'
import type { OperationId } from '../../src/generated/operations.ts'
import { insertAlert } from '../alerts/alerts.ts'
import { insertDataset } from '../datasets/tables.ts'
import { createAccessToken, sessionOf } from '../setup/access-token.ts'
import type { RequestOptions } from '../setup/service.ts'
import type { Scene } from './scene.ts'

/** Who may see a record besides its owner; others get 404. */
export type Reach = 'nobody' | 'admin' | 'staff' | 'everybody'

interface RecordFactory {
  readonly reach: Reach
  /** Creates a record of the owner's. @returns its id, or its name */
  readonly create: (
    scene: Scene,
    operationId: OperationId,
  ) => Promise<number | string> | number | string
}

/** Creates a record with the owner's token. @returns its id */
async function make(
  { service, owner }: Scene,
  operationId: OperationId,
  request: RequestOptions,
): Promise<number> {
  const { status, body } = await service.call(operationId, { ...request, token: owner.token })
  if (status >= 300) throw new Error(`${operationId} answered ${status}`)
  return body.id ?? body.task.id
}

/** A report that the worker has built. */
async function completedReport({ service, owner }: Scene): Promise<number> {
  const [report] = await service.database.query<{ id: string }>(
    `INSERT INTO reports (user_id, status, group_by, format, include_members, progress, group_count,
       bytes, started_at, finished_at)
     VALUES ($1, 'completed', '{bank}', 'csv', false, 1, 0, 17, now(), now()) RETURNING id`,
    [owner.id],
  )
  const file = Buffer.from('bank,user_count\r\n')
  await service.database.query('INSERT INTO report_chunks VALUES ($1, 0, $2)', [report?.id, file])
  return Number(report?.id)
}

/** A finished import. */
async function failedImport({ service, owner }: Scene): Promise<number> {
  const [row] = await service.database.query<{ id: string }>(
    `INSERT INTO imports (user_id, kind, name, status, options, bytes_total, finished_at)
     VALUES ($1, 'dataset', 'one', 'failed', '{"dryRun": false}', 9, now()) RETURNING id`,
    [owner.id],
  )
  return Number(row?.id)
}

/** A profile without options. */
async function importProfile({ service, owner }: Scene): Promise<string> {
  const name = randomBytes(6).toString('hex')
  await service.database.query(
    `INSERT INTO import_profiles (user_id, name, kind, options) VALUES ($1, $2, 'dataset', '{}')`,
    [owner.id, name],
  )
  return name
}

/** A dataset of a column and no rows. */
async function dataset({ service }: Scene): Promise<string> {
  const name = randomBytes(6).toString('hex')
  await insertDataset(service.database, name, [{ name: 'amount', type: 'numeric' }], [])
  return name
}

/** The endpoint that a path names before its delivery. */
const endpoints = new WeakMap<Scene, number>()

/** A webhook endpoint. Old ones go, as there may be 50; the newest stay for tests that run at the same time. */
async function webhookEndpoint(scene: Scene): Promise<number> {
  await scene.service.database.query(
    'DELETE FROM webhook_endpoints WHERE id <= (SELECT max(id) - 20 FROM webhook_endpoints)',
  )
  const body = { url: 'https://hooks.example.com/passbook' }
  const id = await make(scene, 'createWebhookEndpoint', { body })
  endpoints.set(scene, id)
  return id
}

const webhookDelivery = (scene: Scene): Promise<number> =>
  make(scene, 'pingWebhookEndpoint', { params: { id: endpoints.get(scene) ?? 0 } })

/** What an operation needs of the user that its path names. */
const USERS: Partial<Record<OperationId, string>> = {
  requestEmailVerification: 'email_verified = false',
  createPasswordReset: `username = 'user' || id`,
}

/** The owner, in a state in which the operation can succeed. */
async function preparedOwner({ service, owner }: Scene, operationId: OperationId): Promise<number> {
  const state = USERS[operationId]
  if (state) await service.database.query(`UPDATE users SET ${state} WHERE id = $1`, [owner.id])
  return owner.id
}

/** The factory of the record that a path names, by the path up to the parameter. */
const RECORDS: Readonly<Record<string, RecordFactory>> = {
  '/v1/users/:id': { reach: 'staff', create: preparedOwner },
  '/v1/users/:id/employments/:eid': {
    reach: 'staff',
    create: (scene) =>
      make(scene, 'createEmployment', {
        params: { id: scene.owner.id },
        body: { company_name: 'Some Company' },
      }),
  },
  '/v1/users/:id/bank-accounts/:bid': {
    reach: 'staff',
    create: (scene) =>
      make(scene, 'createBankAccount', {
        params: { id: scene.owner.id },
        body: { bank_name: 'Some Bank', account_number: randomBytes(10).toString('hex') },
      }),
  },
  '/v1/transactions/:id': {
    reach: 'staff',
    create: async ({ service, owner }) =>
      (await service.createTransaction(owner.token, { user_id: owner.id })).id,
  },
  '/v1/tasks/:id': {
    reach: 'nobody',
    create: (scene) => make(scene, 'createTask', { body: { title: 'A task' } }),
  },
  '/v1/import-profiles/:name': { reach: 'nobody', create: importProfile },
  '/v1/imports/:id': { reach: 'admin', create: failedImport },
  '/v1/reports/:id': { reach: 'admin', create: completedReport },
  '/v1/datasets/:name': { reach: 'everybody', create: dataset },
  '/v1/sessions/:id': {
    reach: 'nobody',
    create: async ({ service, owner }) => sessionOf(await createAccessToken(service, owner.id)),
  },
  '/v1/alerts/:id': {
    reach: 'staff',
    create: ({ service, owner }) => insertAlert(service.database, owner.id),
  },
  '/v1/webhook-endpoints/:id': { reach: 'everybody', create: webhookEndpoint },
  '/v1/webhook-endpoints/:id/deliveries/:did': { reach: 'everybody', create: webhookDelivery },
  '/v1/api-keys/:id': {
    reach: 'everybody',
    create: (scene) =>
      make(scene, 'createApiKey', { body: { name: 'A key', scopes: ['users:read'] } }),
  },
}

/** @throws Error when there is no factory: add one above, and say who sees such a record */
export function recordOf(path: string): RecordFactory {
  const factory = RECORDS[path]
  if (factory === undefined) {
    throw new Error(`test/access/records.ts has no factory for the record that ${path} names`)
  }
  return factory
}
