import { setTimeout as wait } from 'node:timers/promises'
import type { OperationId } from '../../src/generated/operations.ts'
import { Finding } from './finding.ts'
import { follow, MAX_WORK_MS, PAUSE_MS } from './follow.ts'
import type { Scene } from './scene.ts'

type Factory = (scene: Scene) => Promise<number | string>

/** Creates a record with a request that is right in every respect. @returns its id */
async function make(
  scene: Scene,
  operationId: OperationId,
  request: { readonly by?: string; readonly body: unknown },
): Promise<number> {
  const actor = scene.actor(request.by ?? 'owner')
  const params = { id: scene.owner.id }
  const { answer, body } = await scene.call(operationId, { actor, params, body: request.body })
  if (answer.status >= 300) {
    throw new Finding('refused-valid', operationId, `${answer.status}: ${body.code}`)
  }
  return body.id ?? body.task.id
}

async function dataset(scene: Scene): Promise<string> {
  const name = scene.facts.unique()
  const { body } = await scene.call('createImport', {
    actor: scene.actor('admin'),
    query: Object.entries({ kind: 'dataset', name }),
    body: 'id,city,amount\n1,Oslo,12.50\n2,"Rio, Brazil",7.00\n',
  })
  await follow(scene, 'getImport', body.id)
  return name
}

async function importProfile(scene: Scene): Promise<string> {
  const name = scene.facts.unique()
  const { answer, body } = await scene.call('createImportProfile', {
    actor: scene.actor('admin'),
    body: { name, kind: 'dataset', options: { decimal: ',' } },
  })
  if (answer.status < 300) return name
  throw new Finding('refused-valid', 'createImportProfile', `${answer.status}: ${body.code}`)
}

/** A webhook that was tried to be delivered to the endpoint which the path names before it. */
async function delivery(scene: Scene): Promise<number> {
  const actor = scene.actor('admin')
  const params = { id: await liveRecord(scene, '/v1/webhook-endpoints/:id') }
  const send = async (operationId: OperationId, body?: object) => {
    const answered = await scene.call(operationId, { actor, params, ...(body && { body }) })
    const { status } = answered.answer
    if (status < 300) return answered.body
    throw new Finding('refused-valid', operationId, `${status}: ${answered.body.code}`)
  }
  // A case before may have disabled it.
  await send('updateWebhookEndpoint', { enabled: true })
  return (await send('pingWebhookEndpoint')).id
}

/** An alert, which the worker raises for a large transaction. */
async function alert(scene: Scene): Promise<number> {
  const actor = scene.actor('admin')
  const user_id = scene.owner.id
  await make(scene, 'createTransaction', {
    body: {
      user_id,
      transaction_date: '2026-03-01',
      transaction_amount: '20000.00',
      transaction_type: 'credit',
    },
  })
  const query = Object.entries({ user_id: String(user_id) })
  const since = performance.now()
  for (;;) {
    const { body } = await scene.call('listAlerts', { actor, query })
    if (body.length > 0) return body[0].id
    if (performance.now() - since > MAX_WORK_MS) {
      throw new Finding('hang', 'listAlerts', 'no alert of a large transaction after 30 s')
    }
    await wait(PAUSE_MS)
  }
}

/** How a record is made that a path names, by the path up to the parameter. */
const FACTORIES: Readonly<Record<string, Factory>> = {
  '/v1/users/:id': async ({ owner }) => owner.id,
  '/v1/users/:id/employments/:eid': (scene) =>
    make(scene, 'createEmployment', { body: { company_name: 'Some Company' } }),
  '/v1/users/:id/bank-accounts/:bid': (scene) =>
    make(scene, 'createBankAccount', {
      body: { bank_name: 'Some Bank', account_number: scene.facts.unique() },
    }),
  '/v1/transactions/:id': (scene) =>
    make(scene, 'createTransaction', {
      body: {
        user_id: scene.owner.id,
        transaction_date: '2026-03-01',
        transaction_amount: '10.00',
        transaction_type: 'credit',
      },
    }),
  '/v1/alerts/:id': alert,
  '/v1/tasks/:id': (scene) => make(scene, 'createTask', { body: { title: 'A task' } }),
  '/v1/reports/:id': (scene) =>
    make(scene, 'createReport', {
      by: 'admin',
      body: { type: 'user_groups', group_by: ['bank'], format: 'csv' },
    }),
  '/v1/imports/:id': async (scene) => {
    const { body } = await scene.call('createImport', {
      actor: scene.actor('admin'),
      query: Object.entries({ kind: 'dataset', name: scene.facts.unique(), dry_run: 'true' }),
      body: 'a,b\n1,2\n',
    })
    return body.id
  },
  '/v1/import-profiles/:name': importProfile,
  '/v1/datasets/:name': dataset,
  '/v1/webhook-endpoints/:id': (scene) =>
    make(scene, 'createWebhookEndpoint', {
      by: 'admin',
      body: { url: 'https://hooks.example.com/passbook' },
    }),
  '/v1/webhook-endpoints/:id/deliveries/:did': delivery,
  '/v1/api-keys/:id': (scene) =>
    make(scene, 'createApiKey', { by: 'admin', body: { name: 'A key', scopes: ['users:read'] } }),
}

/**
 * A record that is there, which the parameter at the end of a path names.
 *
 * @throws Error when there is no factory for it: add one above
 */
export async function liveRecord(scene: Scene, path: string): Promise<number | string> {
  const known = scene.lane.records.get(path)
  if (known !== undefined) return known
  const factory = FACTORIES[path]
  if (factory === undefined) throw new Error(`test/fuzz/records.ts has no factory for ${path}`)
  const id = await factory(scene)
  scene.lane.records.set(path, id)
  return id
}
