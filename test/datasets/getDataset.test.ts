import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertDataset, newName } from './tables.ts'

const cast = useCast()

const get = (name: string, token = cast.staff.token, headers = {}) =>
  cast.service.call('getDataset', { params: { name }, token, headers })

describe('getDataset', () => {
  it('shows its columns, how much it holds, and where it is from', async () => {
    const name = newName()
    const { database } = cast.service
    const columns = [
      { name: 'order_id', sourceName: 'Order ID', type: 'integer' },
      { name: 'column_2', sourceName: null, type: 'text' },
    ] as const
    const id = await insertDataset(database, name, columns, [
      ['1', 'x'],
      ['2', null],
    ])
    const [made] = await database.query<{ id: number }>(
      `INSERT INTO imports (user_id, kind, name, options, status)
       VALUES ($1, 'dataset', $2, '{}', 'completed') RETURNING id::int`,
      [cast.staff.id, name],
    )
    await database.query('UPDATE datasets SET import_id = $1 WHERE id = $2', [made?.id, id])
    const { status, body } = await get(name)
    expect(status).toBe(200)
    expect(body).toEqual({
      name,
      columns: [
        { name: 'order_id', source_name: 'Order ID', type: 'integer', nullable: true },
        { name: 'column_2', source_name: null, type: 'text', nullable: true },
      ],
      row_count: 2,
      // A page of rows, and two of their index.
      bytes: 3 * 8_192,
      import_id: made?.id,
      created_at: expect.any(String),
    })
    await database.query('DELETE FROM imports WHERE id = $1', [made?.id])
    expect((await get(name)).body).not.toHaveProperty('import_id')
  })

  it('is one record with its ETag to all staff', async () => {
    const name = newName()
    await insertDataset(cast.service.database, name, [{ name: 'a', type: 'text' }], [['x']])
    const { headers } = await get(name)
    const again = await get(name, cast.admin.token, { 'if-none-match': String(headers['etag']) })
    expect(again.status).toBe(304)
  })

  it('answers 404 where there is none, by its name', async () => {
    const { status, body } = await get('none.such')
    expect([status, body.detail]).toEqual([404, 'Dataset none.such not found'])
  })

  it.each(['-x', 'a b', 'ä', 'x'.repeat(64), "'; DROP"])('refuses the name %s', async (name) => {
    expect((await get(name)).status).toBe(422)
  })

  it('refuses users and strangers', async () => {
    expect((await get('x', cast.user.token)).status).toBe(403)
    expect((await cast.service.call('getDataset', { params: { name: 'x' } })).status).toBe(401)
  })
})
