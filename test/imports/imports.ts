import { randomBytes } from 'node:crypto'
import { expect, vi } from 'vitest'
import type { RequestOptions, TestService } from '../setup/service.ts'

/** A name no other test uses. */
export const newName = (): string => `set_${randomBytes(6).toString('hex')}`

/** Uploads a file as text/csv: by default as a dataset with a new name. */
export const send = (
  service: TestService,
  token: string,
  file: string | Buffer,
  query: RequestOptions['query'] = {},
  headers: RequestOptions['headers'] = {},
) => {
  const { kind = 'dataset' } = query
  const named = kind === 'dataset' ? { name: newName() } : {}
  return service.call('createImport', {
    token,
    headers,
    body: file,
    query: { kind, ...named, ...query },
  })
}

/** Uploads an acceptable file. @returns the id of its import */
export async function accepted(...request: Parameters<typeof send>): Promise<number> {
  const { status, body } = await send(...request)
  expect([status, body.status]).toEqual([202, 'queued'])
  return body.id
}

/** An import as the API shows it. */
export const look = async ({ call }: TestService, token: string, id: number) =>
  (await call('getImport', { params: { id }, token })).body

/** Waits until an import is final. @returns it */
export const finished = (service: TestService, token: string, id: number) =>
  vi.waitFor(
    async () => {
      const body = await look(service, token, id)
      if (!['completed', 'failed', 'cancelled'].includes(body.status)) {
        throw new Error(`it is ${body.status}`)
      }
      return body
    },
    { timeout: 20_000, interval: 20 },
  )

/** How many chunks of an import are stored. */
export async function pieces({ database }: TestService, id: number, part = 'upload') {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::int FROM import_chunks WHERE import_id = $1 AND part = $2::"ImportPart"`,
    [id, part],
  )
  return row?.count
}

/** The statuses of all imports of an account, also of those that the API hides. */
export const statuses = async ({ database }: TestService, userId: number) =>
  (
    await database.query<{ status: string }>(
      'SELECT status FROM imports WHERE user_id = $1 ORDER BY id',
      [userId],
    )
  ).map(({ status }) => status)

/** A form as a browser sends it. @returns body and headers of the request */
export async function formOf(
  parts: readonly (readonly [field: string, content: string, fileName?: string])[],
): Promise<{ readonly body: Buffer; readonly headers: Readonly<Record<string, string>> }> {
  const form = new FormData()
  for (const [field, content, fileName] of parts) {
    if (fileName === undefined) form.append(field, content)
    else form.append(field, new Blob([content], { type: 'text/csv' }), fileName)
  }
  const request = new Response(form)
  return {
    body: Buffer.from(await request.arrayBuffer()),
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
  }
}

/** Rows of a file that makes a dataset of two columns. */
export const rows = (count: number): string =>
  `id,amount\n${Array.from({ length: count }, (_, index) => `${index + 1},${index}.5\n`).join('')}`
