import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { formOf, look, newName } from './imports.ts'

const cast = useCast()
const FILE = 'id,amount\n1,2.50\n'

describe.each(['createImportFromForm', 'previewImportFromForm'] as const)('%s', (operation) => {
  const send = (
    token: string | undefined,
    body: string | Buffer,
    headers: Readonly<Record<string, string>>,
  ) =>
    cast.service.call(operation, {
      body,
      headers,
      query: { kind: 'dataset', name: newName() },
      ...(token !== undefined && { token }),
    })

  it('takes the one file of a form', async () => {
    const { body, headers } = await formOf([['file', FILE, 'a.csv']])
    const answer = await send(cast.staff.token, body, headers)
    expect(answer.status).toBe(operation === 'createImportFromForm' ? 202 : 200)
    expect(answer.body.kind).toBe('dataset')
  })

  it('refuses a form without a file, what is no form, and callers that may not', async () => {
    const { body, headers } = await formOf([['file', FILE, 'a.csv']])
    const empty = await send(cast.staff.token, '--x--\r\n', {
      'content-type': 'multipart/form-data; boundary=x',
    })
    expect([empty.status, empty.body.errors?.[0]?.code]).toEqual([422, 'no_file'])
    const json = await send(cast.staff.token, '{}', { 'content-type': 'application/json' })
    expect([json.status, json.body.code]).toEqual([415, 'unsupported_media_type'])
    expect((await send(undefined, body, headers)).status).toBe(401)
    expect((await send(cast.user.token, body, headers)).status).toBe(403)
  })
})

describe('createImportFromForm', () => {
  it('makes an import that its sender sees, and other staff do not', async () => {
    const { service } = cast
    const [sender, other] = [
      await service.createAccount('staff'),
      await service.createAccount('staff'),
    ]
    const query = { kind: 'dataset', name: newName() }
    const sent = { ...(await formOf([['file', FILE, 'a.csv']])), query }
    const made = await service.call('createImportFromForm', { ...sent, token: sender.token })
    expect(made.headers['location']).toBe(`/v1/imports/${made.body.id}`)
    expect(await look(service, sender.token, made.body.id)).toMatchObject({ name: query.name })
    expect(await look(service, other.token, made.body.id)).toMatchObject({ code: 'not_found' })
  })
})
