import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import type { RequestOptions } from '../setup/service.ts'
import { look, newName, pieces, send, statuses } from './imports.ts'
import { startRunner } from './runner.ts'

const cast = useCast()

const FILE = 'id,amount\n1,2.50\n2,7.00\n'
const OTHER = 'id,amount\n1,2.50\n'

/** Uploads files of one account. */
async function sender() {
  const { service } = cast
  const { id, token } = await service.createAccount('staff')
  return {
    id,
    token,
    send: (
      file: string | Buffer,
      query: RequestOptions['query'],
      headers: RequestOptions['headers'] = {},
    ) => send(service, token, file, query, headers),
    remove: (params: { readonly id: number }) => service.call('deleteImport', { params, token }),
  }
}

const runner = () => startRunner(cast.service)

describe('a file that is sent twice', () => {
  it('gets the existing import, queued or completed', async () => {
    const { send, ...account } = await sender()
    const query = { name: newName() }
    const first = await send(FILE, query)
    const second = await send(FILE, query)
    expect(second).toMatchObject({ status: 202, body: first.body })
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    expect(second.headers['location']).toBe(`/v1/imports/${first.body.id}`)

    await runner().run(first.body.id)
    const third = await send(FILE, query)
    expect([third.status, third.body.id, third.body.status]).toEqual([
      202,
      first.body.id,
      'completed',
    ])
    expect(await statuses(cast.service, account.id)).toEqual(['completed'])
  })

  it('is another import under another name, kind, or options', async () => {
    const { send } = await sender()
    const query = { name: newName() }
    const answers = [
      await send(FILE, query),
      await send(FILE, { name: newName() }),
      await send(FILE, { ...query, types: 'text' }),
      await send(FILE, { ...query, dry_run: true }),
      await send(FILE, { ...query, kind: 'users' }),
      await send(OTHER, query),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(answers.length)
  })

  it('is another account’s own import, except for admins, who see all imports', async () => {
    const [one, two] = [await sender(), await sender()]
    const query = { name: newName() }
    const first = await one.send(FILE, query)
    const second = await two.send(FILE, query)
    expect(second.body.id).not.toBe(first.body.id)
    const { admin, service } = cast
    await one.remove({ id: first.body.id })
    expect((await send(service, admin.token, FILE, query)).body.id).toBe(second.body.id)
  })

  it('is loaded again when the first import failed or was cancelled', async () => {
    const { send, remove } = await sender()
    const query = { name: newName() }
    const cancelled = await send(FILE, query)
    await remove({ id: cancelled.body.id })
    const failed = await send(FILE, { ...query, critical: 'nothing' })
    await runner().run(failed.body.id)
    const states = [cancelled, failed].map(({ body }) =>
      look(cast.service, cast.admin.token, body.id),
    )
    expect((await Promise.all(states)).map(({ status }) => status)).toEqual(['cancelled', 'failed'])
    expect((await send(FILE, query)).status).toBe(202)
    expect((await send(FILE, { ...query, critical: 'nothing' })).status).toBe(202)
  })

  it('is loaded again when its dataset was deleted or replaced', async () => {
    const { send } = await sender()
    const name = newName()
    const query = { name, if_exists: 'replace' }
    const first = await send(FILE, query)
    await runner().run(first.body.id)
    const other = await send(OTHER, query)
    expect(other.status).toBe(202)
    await runner().run(other.body.id)
    const again = await send(FILE, query)
    expect(again.status).toBe(202)
    await runner().run(again.body.id)
    await cast.service.database.query('DELETE FROM datasets WHERE name = $1', [name])
    expect((await send(FILE, query)).status).toBe(202)
  })

  it('is one import when both arrive at once', async () => {
    const { send, id } = await sender()
    const query = { name: newName() }
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(FILE, query)))
    const known = answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')
    expect(known).toHaveLength(11)
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(await statuses(cast.service, id)).toEqual(['queued'])
  })

  it('leaves nothing of the second upload', async () => {
    const { send, id } = await sender()
    const query = { name: newName() }
    const first = await send(FILE, query)
    await send(FILE, query)
    const rows = await cast.service.database.query(
      `SELECT import_id::int AS id FROM import_chunks JOIN imports ON imports.id = import_id
       WHERE user_id = $1`,
      [id],
    )
    expect(rows).toEqual([{ id: first.body.id }])
  })
})

describe('a dataset whose name is taken', () => {
  it('is refused at once for another file or other options', async () => {
    const { send, id } = await sender()
    const query = { name: newName() }
    await runner().run((await send(FILE, query)).body.id)
    for (const answer of [
      await send(OTHER, query),
      await send(FILE, { ...query, types: 'text' }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([409, 'dataset_exists'])
    }
    expect(await statuses(cast.service, id)).toEqual(['completed'])
  })

  it('fails when the name was taken while it waited', async () => {
    const { send, token } = await sender()
    const query = { name: newName() }
    const [first, second] = [await send(FILE, query), await send(OTHER, query)]
    await runner().run(first.body.id)
    expect(await look(cast.service, token, second.body.id)).toMatchObject({
      status: 'failed',
      error: { code: 'dataset_exists' },
    })
  })

  it('replaces the former one with if_exists=replace, once it is complete', async () => {
    const { send, token } = await sender()
    const name = newName()
    const first = await send(FILE, { name })
    await runner().run(first.body.id)
    const second = await send(OTHER, { name, if_exists: 'replace' })
    expect(second.status).toBe(202)
    const read = () =>
      cast.service.database.query(
        'SELECT import_id::int, row_count::int FROM datasets WHERE name = $1',
        [name],
      )
    expect(await read()).toEqual([{ import_id: first.body.id, row_count: 2 }])
    await runner().run(second.body.id)
    expect(await read()).toEqual([{ import_id: second.body.id, row_count: 1 }])
    expect((await look(cast.service, token, first.body.id)).status).toBe('completed')
  })
})

describe('an Idempotency-Key', () => {
  it('repeats the first answer, and makes one import that is requested once', async () => {
    const { send, id } = await sender()
    const query = { name: newName() }
    const headers = { 'idempotency-key': newName(), 'x-request-id': newName() }
    const first = await send(FILE, query, headers)
    expect(first.status).toBe(202)
    const second = await send(FILE, query, headers)
    expect(second).toMatchObject({ status: 202, body: first.body })
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(second.headers['location']).toBe(first.headers['location'])
    expect(await statuses(cast.service, id)).toEqual(['queued'])
    const requests = await cast.service.database.query(
      `SELECT subject_id::int FROM outbox WHERE request_id = $1`,
      [headers['x-request-id']],
    )
    expect(requests).toEqual([{ subject_id: first.body.id }])
    expect(await pieces(cast.service, first.body.id)).toBe(1)
  })

  it('identifies one file and one query', async () => {
    const { send, id } = await sender()
    const query = { name: newName() }
    const headers = { 'idempotency-key': newName() }
    await send(FILE, query, headers)
    const others = [
      await send(OTHER, query, headers),
      await send(FILE, { ...query, types: 'text' }, headers),
      await send(FILE, { name: newName() }, headers),
    ]
    for (const { status, body } of others) {
      expect([status, body.code]).toEqual([422, 'idempotency_key_reused'])
    }
    expect(await statuses(cast.service, id)).toEqual(['queued'])
  })

  it('can be used again after a refusal', async () => {
    const { send, id } = await sender()
    const name = newName()
    await runner().run((await send(FILE, { name })).body.id)
    const headers = { 'idempotency-key': newName() }
    expect((await send(OTHER, { name }, headers)).status).toBe(409)
    expect((await send('', { name }, headers)).status).toBe(422)
    expect((await send(OTHER, { name: newName() }, headers)).status).toBe(202)
    expect(await statuses(cast.service, id)).toEqual(['completed', 'queued'])
  })

  it('reports each duplicate as one', async () => {
    const { send } = await sender()
    const query = { name: newName() }
    const headers = { 'idempotency-key': newName() }
    const first = await send(FILE, query)
    for (let times = 0; times < 2; times++) {
      const answer = await send(FILE, query, headers)
      expect([answer.status, answer.body.id]).toEqual([202, first.body.id])
      expect(answer.headers['idempotency-replayed']).toBe('true')
    }
  })
})
