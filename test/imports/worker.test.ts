import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { dumpDatabase, findLeaks, readFiles } from '../setup/leaks/leaks.ts'
import { startWorker } from '../setup/worker.ts'
import { accepted, finished, look, newName, rows } from './imports.ts'

const cast = useCast({ worker: true })

const jobsLeft = () =>
  vi.waitFor(
    async () => {
      const jobs = await cast.service.database.query(
        `SELECT state FROM bullmq.job WHERE name = 'runImport'`,
      )
      expect(jobs).toEqual([])
    },
    { timeout: 15_000, interval: 20 },
  )

describe('a worker', () => {
  it.each([
    ['with an Idempotency-Key', { 'idempotency-key': newName() }],
    ['without', {}],
  ])('loads an upload at once (%s)', async (_, headers) => {
    const { service, staff } = cast
    const sweeps = vi.spyOn(service.services.imports, 'sweep')
    // Without the sweep, only the job of an import can start it.
    sweeps.mockResolvedValue(undefined)
    try {
      const id = await accepted(service, staff.token, rows(1_000), {}, headers)
      expect(await finished(service, staff.token, id)).toMatchObject({
        status: 'completed',
        rows_loaded: 1_000,
      })
    } finally {
      sweeps.mockRestore()
    }
    await jobsLeft()
  })

  it('shares many imports with another worker, and each is loaded once', async () => {
    const { service, staff } = cast
    const other = await startWorker(service)
    try {
      const names = Array.from({ length: 8 }, newName)
      const ids = await Promise.all(
        names.map((name, index) => accepted(service, staff.token, rows(300 + index), { name })),
      )
      for (const [index, id] of ids.entries()) {
        expect(await finished(service, staff.token, id)).toMatchObject({
          status: 'completed',
          rows_loaded: 300 + index,
        })
      }
      const [tries] = await service.database.query(
        'SELECT sum(attempts)::int AS sum FROM imports WHERE name = ANY($1)',
        [names],
      )
      expect(tries).toEqual({ sum: 8 })
    } finally {
      await other.close()
    }
  })

  it('stores names, addresses and account numbers nowhere but in their encrypted columns', async () => {
    const { service, staff } = cast
    const people = [
      ['Quillon Vasterbee', 'quillon.vasterbee@haystack.example', 'NDL0031HAYSTACK2718'],
      ['Mirabeth Oxleaf', 'mirabeth.oxleaf@haystack.example', 'NDL0032HAYSTACK3141'],
    ]
    const refused = ['Tobermory Glint', 'tobermory.glint at haystack', 'NDL0033HAYSTACK1618']
    const lines = [...people, refused].map(
      ([name, email, number]) => `${name},${email},${number},Bank`,
    )
    const file = `name,email,account_number,bank_name\n${lines.join('\n')}\n`
    const query = { kind: 'users', name: newName() }
    const id = await accepted(service, staff.token, file, query)
    expect(await finished(service, staff.token, id)).toMatchObject({
      status: 'completed',
      rows_loaded: 2,
      rows_rejected: 1,
    })
    const haystacks = [
      ...(await dumpDatabase(service.database.superuserUrl)),
      ...(await readFiles(service.dataDir)),
    ]
    expect(haystacks.map(({ where }) => where)).toEqual(
      expect.arrayContaining(['imports', 'import_chunks', 'bullmq.job']),
    )
    expect(haystacks.some(({ where }) => where.endsWith(`import-${id}.log`))).toBe(true)
    expect(findLeaks([...people, refused].flat(), haystacks)).toEqual([])
    expect(JSON.stringify(await look(service, staff.token, id))).not.toMatch(/quillon|haystack/i)
  })

  it('loads gzip that was sent with an Idempotency-Key, once', async () => {
    const { service, staff } = cast
    const headers = { 'idempotency-key': newName() }
    const query = { name: newName() }
    const file = gzipSync(rows(2_000))
    const id = await accepted(service, staff.token, file, query, headers)
    expect(await finished(service, staff.token, id)).toMatchObject({ rows_loaded: 2_000 })
    const again = await service.call('createImport', {
      token: staff.token,
      body: file,
      headers,
      query: { kind: 'dataset', ...query },
    })
    expect([again.status, again.headers['idempotency-replayed'], again.body.id]).toEqual([
      202,
      'true',
      id,
    ])
  })
})
