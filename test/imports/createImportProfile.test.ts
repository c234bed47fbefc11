import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { accepted, newName, send } from './imports.ts'
import { BANK, keepProfile } from './profiles.ts'

const cast = useCast()

const create = (body: unknown, token = cast.staff.token, headers = {}) =>
  cast.service.call('createImportProfile', { token, body, headers })

/** The options of the import of a request. */
async function optionsOf(query: Parameters<typeof accepted>[3]) {
  const id = await accepted(cast.service, cast.staff.token, `a\n${newName()}\n`, query)
  const [row] = await cast.service.database.query<{ options: Record<string, unknown> }>(
    'SELECT options FROM imports WHERE id = $1',
    [id],
  )
  return row?.options
}

describe('createImportProfile', () => {
  it('keeps options under a name, once for each account', async () => {
    const name = newName()
    const { status, body, headers } = await create({ name, kind: 'transactions', options: BANK })
    expect(status).toBe(201)
    expect(body).toEqual({
      name,
      kind: 'transactions',
      options: BANK,
      created_at: expect.any(String),
    })
    expect(headers['location']).toBe(`/v1/import-profiles/${name}`)
    const again = await create({ name, kind: 'users', options: {} })
    expect([again.status, again.body.code]).toEqual([409, 'profile_exists'])
    const own = await create({ name, kind: 'users', options: {} }, cast.admin.token)
    expect(own.status).toBe(201)
  })

  it('replays the answer to a key, and refuses the key with another body', async () => {
    const name = newName()
    const headers = { 'idempotency-key': newName() }
    const body = { name, kind: 'dataset', options: {} }
    const first = await create(body, cast.staff.token, headers)
    const second = await create(body, cast.staff.token, headers)
    expect([second.status, second.body]).toEqual([201, first.body])
    const other = await create({ ...body, name: newName() }, cast.staff.token, headers)
    expect(other.status).toBe(422)
  })

  it('has imports and previews use the options, unless the request says otherwise', async () => {
    const profile = await keepProfile(cast.service, cast.staff.token)
    const query = { kind: 'transactions', profile, user_id: 7 }
    expect(await optionsOf(query)).toMatchObject({
      dateOrder: 'dmy',
      numbers: { accounting: true },
      fieldColumns: { transaction_date: 'Tag', transaction_amount: 'Betrag' },
      userId: 7,
    })
    const given = { date_order: 'mdy', 'column[transaction_date]': 'Datum' }
    expect(await optionsOf({ ...query, ...given })).toMatchObject({
      dateOrder: 'mdy',
      fieldColumns: { transaction_date: 'Datum', transaction_amount: 'Betrag' },
    })
    const { body } = await cast.service.call('previewImport', {
      token: cast.staff.token,
      query,
      body: 'Tag;Betrag\n31.01.26;-1,50 €\n',
    })
    expect(body.rows).toMatchObject([
      { transaction_date: '2026-01-31T00:00:00.000Z', transaction_amount: '1.50' },
    ])
  })

  it('makes the same import of the same file as the options themselves', async () => {
    const { service, staff } = cast
    const profile = await keepProfile(service, staff.token, { decimal: ',' }, 'dataset')
    const name = newName()
    const id = await accepted(service, staff.token, 'a\n1,5\n', { name, decimal: ',' })
    const again = await send(service, staff.token, 'a\n1,5\n', { name, profile })
    expect([again.status, again.body.id]).toEqual([202, id])
  })

  it.each([
    [{ kind: 'dataset' }, 'not_for_kind'],
    [{ kind: 'transactions', profile: 'of-nobody' }, 'unknown_profile'],
  ])('is refused for imports that have %j', async (query, code) => {
    const profile = await keepProfile(cast.service, cast.staff.token)
    const { token } = cast.staff
    const { status, body } = await send(cast.service, token, 'a\n1\n', { profile, ...query })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({
      in: 'query',
      path: 'profile',
      code,
      message: expect.any(String),
    })
  })

  it('is its owner’s alone', async () => {
    const profile = await keepProfile(cast.service, cast.staff.token)
    const query = { kind: 'transactions', profile }
    const { body } = await send(cast.service, cast.admin.token, 'a\n1\n', query)
    expect(body.errors?.[0]?.code).toBe('unknown_profile')
  })

  it.each([
    [{ kind: 'dataset', options: {} }, '/name', 'required'],
    [{ name: 'a b', kind: 'dataset', options: {} }, '/name', 'pattern'],
    [{ name: 'a', kind: 'orders', options: {} }, '/kind', 'enum'],
    [{ name: 'a', kind: 'dataset' }, '/options', 'required'],
    [{ name: 'a', kind: 'dataset', options: { colour: 1 } }, '/options/colour', 'unknown_field'],
    [
      { name: 'a', kind: 'dataset', options: { dry_run: true } },
      '/options/dry_run',
      'unknown_field',
    ],
    [{ name: 'a', kind: 'dataset', options: { type: { a: 'money' } } }, '/options/type/a', 'enum'],
    [
      { name: 'a', kind: 'dataset', options: { rename: { ['x'.repeat(201)]: 'y' } } },
      `/options/rename/${'x'.repeat(100)}…`,
      'maxLength',
    ],
    [{ name: 'a', kind: 'users', options: { user_id: 7 } }, '/options/user_id', 'not_for_kind'],
    [
      { name: 'a', kind: 'users', options: { column: { debit: 'x' } } },
      '/options/column/debit',
      'not_for_kind',
    ],
  ])('refuses %j', async (body, path, code) => {
    const answer = await create(body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({
      in: 'body',
      path,
      code,
      message: expect.any(String),
    })
  })

  it('keeps 100 for an account', async () => {
    const { service } = cast
    const { id, token } = await service.createAccount('staff')
    await service.database.query(
      `INSERT INTO import_profiles (user_id, name, kind, options)
       SELECT $1, 'p' || place, 'dataset', '{}' FROM generate_series(1, 100) AS place`,
      [id],
    )
    const { status, body } = await create({ name: 'more', kind: 'dataset', options: {} }, token)
    expect([status, body.code]).toEqual([409, 'too_many_profiles'])
  })

  it('is for staff and admins', async () => {
    const body = { name: newName(), kind: 'dataset', options: {} }
    expect((await create(body, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('createImportProfile', { body })).status).toBe(401)
  })
})
