import type { TSchema } from 'typebox'
import { describe, expect, it } from 'vitest'
import type { ImportQuery } from '../../src/features/imports/query.ts'
import { operations } from '../../src/generated/operations.ts'
import { compileCheck } from '../../src/http/validation/validator.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const checkQuery = compileCheck(operations.createImport.schema.querystring as TSchema, 'query')

async function* bytes() {
  yield Buffer.from('a,b\n1,2\n')
}

describe('createImport', () => {
  it('answers 401 when the account is deleted after the file has arrived', async () => {
    const { services, createAccount, database } = cast.service
    const { id } = await createAccount('staff')
    const checked = checkQuery({ kind: 'dataset', name: 'orders' })
    const query = ('value' in checked ? checked.value : {}) as ImportQuery
    const caller = { id, role: 'staff' } as Parameters<typeof services.imports.create>[0]
    const file = { pieces: bytes(), isGzip: false }
    const upload = await services.imports.receive(caller, query, 'r1', file)
    await database.query('DELETE FROM users WHERE id = $1', [id])
    await expect(services.imports.create(caller, query, upload)).rejects.toMatchObject({
      name: 'AppError',
      status: 401,
    })
    expect(await database.query('SELECT FROM imports WHERE user_id = $1', [id])).toEqual([])
  })
})
