import { describe, expect, it, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { openSession } from '../setup/session.ts'
import { hasTable, insertDataset, newName } from './tables.ts'

const cast = useCast()

const COLUMNS = [{ name: 'a', type: 'text' }] as const
const make = async () => {
  const name = newName()
  return { name, id: await insertDataset(cast.service.database, name, COLUMNS, [['x']]) }
}
const remove = (name: string, token = cast.staff.token, headers = {}) =>
  cast.service.call('deleteDataset', { params: { name }, token, headers })
const get = (name: string) =>
  cast.service.call('getDataset', { params: { name }, token: cast.staff.token })

describe('deleteDataset', () => {
  it('takes the table with it', async () => {
    const { name, id } = await make()
    const { status, body } = await remove(name)
    expect([status, body]).toEqual([204, ''])
    expect((await get(name)).status).toBe(404)
    expect(await hasTable(cast.service.database, id)).toBe(false)
  })

  it('answers 404 the second time, and once of two at the same time', async () => {
    const { name } = await make()
    const both = await Promise.all([remove(name), remove(name)])
    expect(both.map(({ status }) => status).sort()).toEqual([204, 404])
    expect((await remove(name)).body.detail).toBe(`Dataset ${name} not found`)
  })

  it('leaves what is not any more what If-Match says', async () => {
    const { name, id } = await make()
    expect((await remove(name, cast.staff.token, { 'if-match': '"old"' })).status).toBe(412)
    expect(await hasTable(cast.service.database, id)).toBe(true)
    const etag = String((await get(name)).headers['etag'])
    expect((await remove(name, cast.staff.token, { 'if-match': etag })).status).toBe(204)
    expect(await hasTable(cast.service.database, id)).toBe(false)
  })

  it('keeps nobody waiting for who reads it, and the sweep drops the table after them', async () => {
    const { name, id } = await make()
    const reader = await openSession(cast.service.database.url)
    await reader.query('BEGIN')
    await reader.query(`SELECT * FROM datasets.d${id}`)
    expect((await remove(name)).status).toBe(204)
    expect((await get(name)).status).toBe(404)
    expect(await hasTable(cast.service.database, id)).toBe(true)
    await reader.close()
    const swept = async () => {
      await cast.service.services.datasets.sweep()
      expect(await hasTable(cast.service.database, id)).toBe(false)
    }
    await vi.waitFor(swept, { timeout: 5_000 })
  })

  it('leaves the others, and tables that an import is at', async () => {
    const { id } = await make()
    const loader = await openSession(cast.service.database.url)
    await loader.query('BEGIN')
    await loader.query('CREATE TABLE datasets.d999999 ("_row" bigint PRIMARY KEY)')
    await cast.service.services.datasets.sweep()
    await loader.query(
      `INSERT INTO datasets (id, name, columns, row_count) VALUES (999999, 'loaded', '[]', 0)`,
    )
    await loader.query('COMMIT')
    await loader.close()
    await cast.service.services.datasets.sweep()
    expect(await hasTable(cast.service.database, 999_999)).toBe(true)
    expect(await hasTable(cast.service.database, id)).toBe(true)
  })

  it('refuses a bad name, users and strangers', async () => {
    const { name } = await make()
    expect((await remove('a b')).status).toBe(422)
    expect((await remove(name, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('deleteDataset', { params: { name } })).status).toBe(401)
    expect((await get(name)).status).toBe(200)
  })
})
