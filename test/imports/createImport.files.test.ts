import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { accepted, send, statuses } from './imports.ts'

const MAX_BYTES = 100_000

const cast = useCast({ env: { IMPORT_MAX_BYTES: String(MAX_BYTES) } })

const FILE = 'id,amount\n1,2.50\n'

describe('createImport of an unacceptable file', () => {
  it.each([
    ['empty_file', '', {}],
    ['not_gzip', FILE, { 'content-encoding': 'gzip' }],
  ])('refuses %s', async (code, file, headers) => {
    const staff = await cast.service.createAccount('staff')
    const { status, body } = await send(cast.service, staff.token, file, {}, headers)
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ in: 'body', path: '', code, message: expect.any(String) }])
    expect(await statuses(cast.service, staff.id)).toEqual([])
  })

  it.each([
    [{ 'content-type': 'application/json' }, '{}'],
    [{ 'content-type': 'text/plain' }, FILE],
    [{ 'content-encoding': 'deflate' }, FILE],
    [{ 'content-encoding': 'gzip, gzip' }, FILE],
  ])('refuses %j', async (headers, file) => {
    const staff = await cast.service.createAccount('staff')
    const { status, body } = await send(cast.service, staff.token, file, {}, headers)
    expect([status, body.code]).toEqual([415, 'unsupported_media_type'])
    expect(await statuses(cast.service, staff.id)).toEqual([])
  })

  it('refuses a file that is too large, and leaves nothing of it', async () => {
    const { service } = cast
    const staff = await service.createAccount('staff')
    const file = Buffer.alloc(MAX_BYTES + 1, 'a')
    const { status, body } = await send(service, staff.token, file)
    expect([status, body.code]).toEqual([413, 'file_too_large'])
    expect(await statuses(service, staff.id)).toEqual([])
    await accepted(service, staff.token, file.subarray(1))
  })
})
