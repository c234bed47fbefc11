import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../src/generated/operations.ts'
import { allOperations, type OperationAccess } from '../access/operations.ts'
import { sampleRequest } from '../access/requests.ts'
import { createKey, createPerson, type Person } from '../access/scene.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
  // The last admin who can log in has to stay one.
  await service.createAccount('admin')
})
afterAll(() => service.close())

interface Entry {
  readonly action: string
  readonly outcome: string
  readonly actor_id: string | null
  readonly api_key_id: string | null
  readonly user_id: string | null
  readonly subject: string | null
  readonly request_id: string | null
}

const auditOf = ({ operationId }: OperationAccess) => operations[operationId].audit
const marked = allOperations.filter((operation) => auditOf(operation) !== null)
const unmarked = allOperations.filter((operation) => auditOf(operation) === null)

/** The operations whose work is committed with its entry. */
const committed = marked.filter((operation) => auditOf(operation)?.apart === false)

const entriesOf = (requestId: string) =>
  service.database.query<Entry>(
    `SELECT action, outcome, actor_id, api_key_id, user_id, subject, request_id
     FROM audit_entries WHERE request_id = $1 ORDER BY id`,
    [requestId],
  )

/** An owner whom the operation takes, and a request of theirs. */
async function requestOf(operation: OperationAccess) {
  const role = operation.roles.includes('admin') ? 'admin' : (operation.roles[0] ?? 'user')
  const owner = await createPerson(service, role)
  const { reach: _, ...request } = await sampleRequest(operation, { service, owner })
  const fields: readonly string[] = auditOf(operation)?.fields ?? []
  const body = fields.includes('role') ? { role: 'staff' } : request.body
  return { owner, request: { ...request, ...(body !== undefined && { body }) } }
}

async function ask(operation: OperationAccess, owner: Person | undefined, request: object) {
  const answer = await service.call(operation.operationId, {
    ...request,
    ...(!operation.public && owner !== undefined && { token: owner.token }),
  })
  return { answer, entries: await entriesOf(String(answer.headers['x-request-id'])) }
}

describe.each(marked)('$operationId', (operation) => {
  it('leaves its entry when it succeeds', async () => {
    const { owner, request } = await requestOf(operation)
    const { answer, entries } = await ask(operation, owner, request)
    expect(answer.status).toBe(operation.successStatus)
    expect(entries).toHaveLength(1)
    expect(entries[0]).toMatchObject({
      action: auditOf(operation)?.action,
      outcome: 'succeeded',
      api_key_id: null,
      subject: expect.stringMatching(/^[a-z_]+:[\w.-]+$/),
    })
    const actor = operation.public ? entries[0]?.user_id : String(owner.id)
    expect(entries[0]?.actor_id).toBe(actor)
  })
})

describe.each(marked.filter((operation) => !operation.public))('$operationId', (operation) => {
  it('leaves a refused entry without a credential, if its fields can be known', async () => {
    const { request } = await requestOf(operation)
    const { answer, entries } = await ask(operation, undefined, request)
    expect(answer.status).toBe(401)
    const expected = auditOf(operation)?.fields.length === 0 ? ['refused'] : []
    expect(entries.map(({ outcome }) => outcome)).toEqual(expected)
    await service.services.conventions.audit.flush()
  })

  it('leaves a refused entry of whoever may not do it', async () => {
    const { owner, request } = await requestOf(operation)
    const key = await createKey(service, owner, ['tasks:read'])
    const { answer, entries } = await ask(operation, { ...owner, token: key }, request)
    expect(answer.status).toBe(403)
    const expected = auditOf(operation)?.fields.length === 0 ? [String(owner.id)] : []
    expect(entries.map(({ actor_id }) => actor_id)).toEqual(expected)
    for (const { api_key_id } of entries) expect(api_key_id).not.toBeNull()
    await service.services.conventions.audit.flush()
  })
})

describe.each(unmarked)('$operationId', (operation) => {
  it('leaves none', async () => {
    const { owner, request } = await requestOf(operation)
    const { entries } = await ask(operation, owner, request)
    expect(entries).toEqual([])
  })
})

describe.each(committed)('$operationId', (operation) => {
  it('does nothing when its entry cannot be stored', async () => {
    const { owner, request } = await requestOf(operation)
    const counts = () =>
      service.database.query(
        `SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM api_keys) AS keys,
           (SELECT count(*) FROM imports) AS imports, (SELECT count(*) FROM datasets) AS datasets,
           (SELECT count(*) FROM users WHERE role = 'admin') AS admins`,
      )
    const before = await counts()
    await service.database.query(
      `ALTER TABLE audit_entries ADD CONSTRAINT broken CHECK (outcome = 'refused') NOT VALID`,
    )
    try {
      const { answer, entries } = await ask(operation, owner, request)
      expect(answer.status).toBe(500)
      expect(entries).toEqual([])
      expect(await counts()).toEqual(before)
    } finally {
      await service.database.query('ALTER TABLE audit_entries DROP CONSTRAINT broken')
    }
  })
})

describe('updateUser', () => {
  const [operation] = marked.filter(({ operationId }) => operationId === 'updateUser')

  it('leaves none when it gives no rights', async () => {
    const { owner, request } = await requestOf(operation as OperationAccess)
    const { answer, entries } = await ask(operation as OperationAccess, owner, {
      ...request,
      body: { age: 40 },
    })
    expect(answer.status).toBe(200)
    expect(entries).toEqual([])
  })

  it('leaves a refused entry of staff who would give rights', async () => {
    const staff = await createPerson(service, 'staff')
    const customer = await createPerson(service, 'user')
    const { answer, entries } = await ask(operation as OperationAccess, staff, {
      params: { id: customer.id },
      body: { role: 'admin' },
    })
    expect(answer.status).toBe(403)
    expect(entries[0]).toMatchObject({
      outcome: 'refused',
      actor_id: String(staff.id),
      user_id: String(customer.id),
      subject: `user:${customer.id}`,
    })
  })
})

describe('bulkDeleteUsers', () => {
  it('leaves an entry for each user it deletes', async () => {
    const admin = await createPerson(service, 'admin')
    const users = [await createPerson(service, 'user'), await createPerson(service, 'user')]
    const ids = users.map(({ id }) => id)
    const { body, headers } = await service.call('bulkDeleteUsers', {
      token: admin.token,
      body: { ids: [...ids, 999_999_999] },
    })
    expect(body.deleted).toBe(2)
    const entries = await entriesOf(String(headers['x-request-id']))
    expect(entries.map(({ user_id }) => Number(user_id))).toEqual(ids)
    expect(entries.map(({ subject }) => subject)).toEqual(ids.map((id) => `user:${id}`))
  })
})

describe('deleteApiKey', () => {
  it('names whose key it was', async () => {
    const admin = await createPerson(service, 'admin')
    const holder = await createPerson(service, 'staff')
    const { body } = await service.call('createApiKey', {
      token: admin.token,
      body: { name: 'A key', scopes: ['tasks:read'], user_id: holder.id },
    })
    const { headers } = await service.call('deleteApiKey', {
      token: admin.token,
      params: { id: body.id },
    })
    const [entry] = await entriesOf(String(headers['x-request-id']))
    expect(entry).toMatchObject({ user_id: String(holder.id), subject: `api_key:${body.id}` })
  })
})

describe('a retry under the same Idempotency-Key', () => {
  it('leaves no second entry', async () => {
    const admin = await createPerson(service, 'admin')
    const send = () =>
      service.call('createApiKey', {
        token: admin.token,
        body: { name: 'A key', scopes: ['tasks:read'] },
        headers: { 'idempotency-key': 'audit-1' },
      })
    const first = await send()
    const second = await send()
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(await entriesOf(String(first.headers['x-request-id']))).toHaveLength(1)
    expect(await entriesOf(String(second.headers['x-request-id']))).toEqual([])
  })
})

describe('HEAD', () => {
  it('leaves no entry of a download', async () => {
    const operation = marked.find(({ operationId }) => operationId === 'downloadReport')
    const { owner, request } = await requestOf(operation as OperationAccess)
    const { statusCode, headers } = await service.app.inject({
      method: 'HEAD',
      url: `/v1/reports/${request.params['id']}/download`,
      headers: { authorization: `Bearer ${owner.token}` },
    })
    expect(statusCode).toBe(200)
    expect(await entriesOf(String(headers['x-request-id']))).toEqual([])
  })
})
