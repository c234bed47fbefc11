import { gzipSync } from 'node:zlib'
import {
  items,
  listImports,
  type Passbook,
  streamImport,
  type UploadProgress,
  uploadImport,
} from 'passbook-sdk'
import { describe, expect, it } from 'vitest'
import { collect, useServed } from './setup/served.ts'

const { cast, as } = useServed({ worker: true })

const ROWS = 50_000
const TEXT = `id,amount\n${Array.from({ length: ROWS }, (_, id) => `${id},${id}.50`).join('\n')}\n`
const query = (name: string) => ({ kind: 'dataset' as const, name })

const LOADED = expect.objectContaining({ status: 'completed', rows_loaded: ROWS })

/** An import when it has ended. */
const lastOf = async (client: Passbook, id: number) =>
  (await collect(streamImport({ client, path: { id } }))).at(-1)

describe('uploadImport', () => {
  it('sends a file, and tells how far it is', async () => {
    const client = as(cast.staff)
    const steps: UploadProgress[] = []
    const file = new Blob([TEXT])
    const made = await uploadImport({
      client,
      query: query('told'),
      file,
      onProgress: (step) => steps.push(step),
    })
    expect(steps.length).toBeGreaterThan(3)
    expect(steps.at(-1)).toEqual({ sent: file.size, total: file.size })
    expect(steps.map(({ sent }) => sent)).toEqual(
      steps.map(({ sent }) => sent).toSorted((a, b) => a - b),
    )
    expect(await lastOf(client, made.id)).toEqual(LOADED)
  })

  it('sends compressed files, and streams', async () => {
    const client = as(cast.staff)
    const gzip = new Blob([gzipSync(TEXT)])
    const stream = new Response(TEXT).body as ReadableStream<Uint8Array>
    const packed = await uploadImport({ client, query: query('packed'), file: gzip, isGzip: true })
    const streamed = await uploadImport({ client, query: query('streamed'), file: stream })
    expect([packed.bytes_total, streamed.bytes_total]).toEqual([gzip.size, TEXT.length])
    for (const { id } of [packed, streamed]) expect(await lastOf(client, id)).toEqual(LOADED)
  })

  it('sends a file again when its answer is lost: it is imported once', async () => {
    const sent: Request[] = []
    const client = as(cast.staff, {
      fetch: async (request) => {
        const response = await fetch(request)
        if (request.method === 'POST' && sent.push(request) === 2) throw new TypeError('lost')
        return response
      },
    })
    const made = await uploadImport({ client, query: query('again'), file: new Blob([TEXT]) })
    expect(sent.map(({ url }) => new URL(url).pathname)).toEqual([
      '/v1/login',
      '/v1/imports',
      '/v1/imports',
    ])
    const names = items(listImports, { client, query: { per_page: 100 } })
    expect((await collect(names)).filter(({ name }) => name === 'again')).toEqual([
      expect.objectContaining({ id: made.id, bytes_total: TEXT.length }),
    ])
  })

  it('sends a stream once', async () => {
    const stream = new Response(TEXT).body as ReadableStream<Uint8Array>
    let attempts = 0
    const client = as(cast.staff, {
      fetch: async (request) => {
        if (!request.url.includes('/imports')) return await fetch(request)
        attempts += 1
        throw new TypeError('lost')
      },
    })
    const upload = uploadImport({ client, query: query('once'), file: stream })
    await expect(upload).rejects.toMatchObject({ name: 'ConnectionError' })
    expect(attempts).toBe(1)
  })

  it('throws the problem of a file that is refused', async () => {
    const upload = uploadImport({
      client: as(cast.staff),
      query: query('empty'),
      file: new Blob([]),
    })
    await expect(upload).rejects.toMatchObject({
      status: 422,
      errors: [{ code: 'empty_file' }],
    })
  })
})
