import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { CsvError } from '../../src/csv/errors.ts'
import { loadDataset } from '../../src/features/imports/kinds/dataset/dataset-kind.ts'
import { ImportError, type Loader } from '../../src/features/imports/kinds/loader.ts'
import { useCast } from '../setup/cast.ts'
import { accepted, look, newName, pieces, rows } from './imports.ts'
import { heldLoader, startRunner } from './runner.ts'

const cast = useCast()

const sent = (file: string | Buffer, query = {}) =>
  accepted(cast.service, cast.staff.token, file, query)
const show = (id: number) => look(cast.service, cast.staff.token, id)

/** Loads a file. @returns the import as the API shows it */
async function loaded(file: string | Buffer, query = {}, loader: Loader = loadDataset) {
  const id = await sent(file, query)
  await startRunner(cast.service, { loaders: { dataset: loader } }).run(id)
  return await show(id)
}

const attempts = async (id: number) =>
  (
    await cast.service.database.query<{ attempts: number }>(
      'SELECT attempts::int FROM imports WHERE id = $1',
      [id],
    )
  )[0]?.attempts

/** The numbers of datasets, and of their tables. */
const countTables = async () =>
  (
    await cast.service.database.query<{ listed: number; made: number }>(
      `SELECT (SELECT count(*)::int FROM datasets) AS listed, (SELECT count(*)::int FROM pg_class
         WHERE relkind = 'r' AND relnamespace = 'datasets'::regnamespace) AS made`,
    )
  )[0]

describe('running an import', () => {
  it('makes the dataset and completes the import in one commit', async () => {
    const { service } = cast
    const name = newName()
    const id = await sent(rows(1_000), { name })
    const before = await countTables()
    const seen: unknown[] = []
    const { loader, started, release } = heldLoader(async (job) => {
      const result = await loadDataset(job)
      // Others see nothing of it yet.
      seen.push(await countTables(), (await show(id)).status)
      return result
    })
    const running = startRunner(service, { loaders: { dataset: loader } }).run(id)
    await vi.waitFor(() => expect(started).toEqual([id]), { timeout: 10_000 })
    release()
    await running
    expect(seen).toEqual([before, 'running'])
    expect(await show(id)).toMatchObject({ status: 'completed', rows_loaded: 1_000 })
    expect(await pieces(service, id)).toBe(0)
    expect(
      await service.database.query('SELECT row_count FROM datasets WHERE name = $1', [name]),
    ).toEqual([{ row_count: '1000' }])
  })

  it('loads a gzip file', async () => {
    expect(await loaded(gzipSync(rows(1_000)))).toMatchObject({
      status: 'completed',
      rows_loaded: 1_000,
    })
  })

  it.each([
    [
      new ImportError('some_code', 'It is so.', 7),
      { code: 'some_code', detail: 'It is so.', line: 7 },
    ],
    [new ImportError('some_code', 'It is so.'), { code: 'some_code', detail: 'It is so.' }],
    [
      new CsvError('quote_not_closed', 'A quote.', 3),
      { code: 'quote_not_closed', detail: 'A quote.', line: 3 },
    ],
  ])('fails at once for a faulty file (%s)', async (fault, error) => {
    const { service } = cast
    const body = await loaded('a\n1\n', {}, async (job) => {
      job.count({ read: 3, loaded: 2, skipped: 0 })
      throw fault
    })
    expect(body).toMatchObject({ status: 'failed', error, rows_read: 3, rows_loaded: 0 })
    expect(body.finished_at).toEqual(expect.any(String))
    expect([await attempts(body.id), await pieces(service, body.id)]).toEqual([1, 0])
  })

  it('is retried while its database goes away now and then', async () => {
    const { service } = cast
    const id = await sent('a\n1\n')
    const away: Loader = async () => {
      throw Object.assign(new Error('the server ends'), { code: '57P01' })
    }
    const runner = startRunner(service, { loaders: { dataset: away } })
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      await expect(runner.run(id)).rejects.toThrow('the server ends')
      expect((await show(id)).status).toBe('queued')
    }
    await startRunner(service, { loaders: { dataset: loadDataset } }).run(id)
    expect(await show(id)).toMatchObject({ status: 'completed', rows_loaded: 1 })
  })

  it('is attempted three times on internal errors, and reveals none of them', async () => {
    const { service } = cast
    const id = await sent('a\n1\n')
    const loader: Loader = async (job) => {
      job.count({ read: 3, loaded: 2, skipped: 0 })
      throw new Error('relation "secrets" is away')
    }
    const runner = startRunner(service, { loaders: { dataset: loader } })
    for (const status of ['queued', 'queued', 'failed']) {
      await expect(runner.run(id)).rejects.toThrow('is away')
      expect(await show(id)).toMatchObject({ status, rows_read: status === 'failed' ? 3 : 0 })
    }
    await runner.run(id)
    expect(await attempts(id)).toBe(3)
    const body = await show(id)
    expect(body.error.code).toBe('internal_error')
    expect(JSON.stringify(body)).not.toMatch(/secrets|away/)
    expect(await pieces(service, id)).toBe(0)
  })

  it('loads everything when the second attempt succeeds', async () => {
    const id = await sent(`${rows(50)}x\n`)
    let tries = 0
    const loader: Loader = async (job) => {
      tries += 1
      const result = await loadDataset(job)
      if (tries === 1) throw new Error('it goes wrong')
      return result
    }
    const runner = startRunner(cast.service, { loaders: { dataset: loader } })
    await expect(runner.run(id)).rejects.toThrow('it goes wrong')
    await runner.run(id)
    expect(await show(id)).toMatchObject({
      status: 'completed',
      rows_read: 51,
      rows_loaded: 50,
      rows_rejected: 1,
    })
  })

  it('runs two at a time in a process; the third starts when one has finished', async () => {
    const ids = [await sent(rows(1)), await sent(rows(2)), await sent(rows(3))]
    const { loader, started, release } = heldLoader()
    const runner = startRunner(cast.service, { loaders: { dataset: loader } })
    const running = ids.map((id) => runner.run(id))
    await vi.waitFor(() => expect(started).toHaveLength(2), { timeout: 10_000 })
    await running[2]
    expect((await Promise.all(ids.map(show))).map(({ status }) => status)).toEqual([
      'running',
      'running',
      'queued',
    ])
    release()
    await Promise.all(running)
    expect(new Set(started)).toEqual(new Set(ids))
    expect((await Promise.all(ids.map(show))).every(({ status }) => status === 'completed')).toBe(
      true,
    )
  })

  it('is loaded once, however many workers try', async () => {
    const id = await sent(rows(500))
    const before = await countTables()
    const { loader, started, release } = heldLoader()
    const runners = Array.from({ length: 4 }, () =>
      startRunner(cast.service, { loaders: { dataset: loader } }),
    )
    const running = runners.map((runner) => runner.run(id))
    await vi.waitFor(() => expect(started).toEqual([id]), { timeout: 10_000 })
    release()
    await Promise.all(running)
    expect([started, await attempts(id)]).toEqual([[id], 1])
    expect(await countTables()).toEqual({
      listed: (before?.listed ?? 0) + 1,
      made: (before?.made ?? 0) + 1,
    })
  })
})

describe('an import that cannot be loaded as it is', () => {
  /** Rows 2, 3 and 4 are too short. */
  const BAD = `id,amount\n1,2.5\n2\n3\n4\n${'5,6.5\n'.repeat(20)}`

  it('fails when too many rows are refused, and keeps them', async () => {
    const before = await countTables()
    const fails = await loaded(BAD, { max_errors: 2 })
    expect(fails).toMatchObject({
      status: 'failed',
      rows_loaded: 0,
      rows_rejected: 3,
      error: { code: 'too_many_rejects', line: 5 },
    })
    expect(await countTables()).toEqual(before)
    expect(await loaded(BAD, { max_errors: 3 })).toMatchObject({
      status: 'completed',
      rows_loaded: 21,
      rows_rejected: 3,
    })
  })

  it('fails at the first refused row with on_error=abort', async () => {
    expect(await loaded(BAD, { on_error: 'abort' })).toMatchObject({
      status: 'failed',
      rows_loaded: 0,
      rows_rejected: 1,
      error: { code: 'row_refused', line: 3 },
    })
  })

  it('stores nothing in a dry run but its summary and its rejects', async () => {
    const before = await countTables()
    const body = await loaded(BAD, { dry_run: true })
    expect(body).toMatchObject({
      status: 'completed',
      dry_run: true,
      rows_read: 24,
      rows_loaded: 21,
      rows_rejected: 3,
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'amount', type: 'numeric' },
      ],
    })
    expect(await countTables()).toEqual(before)
    expect(await pieces(cast.service, body.id, 'rejects')).toBe(1)
    expect(await pieces(cast.service, body.id, 'upload')).toBe(0)
  })

  it('fails if the gzip is incomplete or damaged', async () => {
    const packed = gzipSync(rows(20_000))
    const broken = Buffer.from(packed)
    broken.fill(0xff, 40_000, 40_200)
    for (const file of [packed.subarray(0, packed.length - 20), broken]) {
      expect(await loaded(file)).toMatchObject({
        status: 'failed',
        rows_loaded: 0,
        error: { code: 'invalid_gzip' },
      })
    }
  })

  it('fails if it decompresses to too many bytes', async () => {
    const id = await sent(gzipSync('a\n'.repeat(500_000)))
    await startRunner(cast.service, { maxBytes: 900_000 }).run(id)
    expect(await show(id)).toMatchObject({ status: 'failed', error: { code: 'too_large' } })
  })
})
