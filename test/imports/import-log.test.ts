import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadDataset } from '../../src/features/imports/kinds/dataset/dataset-kind.ts'
import type { Loader } from '../../src/features/imports/kinds/loader.ts'
import { useCast } from '../setup/cast.ts'
import { accepted, rows } from './imports.ts'
import { startRunner } from './runner.ts'

const cast = useCast()

const sent = (file: string) => accepted(cast.service, cast.staff.token, file)

/** Loads a file. @returns the import's id */
async function loaded(file: string, loader: Loader = loadDataset): Promise<number> {
  const id = await sent(file)
  await startRunner(cast.service, { loaders: { dataset: loader } }).run(id)
  return id
}

describe('the log of an import', () => {
  const lines = async (id: number) =>
    (await readFile(join(cast.service.dataDir, 'logs', `import-${id}.log`), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

  it('covers the import from start to end, and has no content of the file', async () => {
    const id = await loaded('id,city\n1,Timbuktu\n2,Ouagadougou,x\n')
    const log = await lines(id)
    expect(log[0]).toMatchObject({ msg: 'import started', kind: 'dataset', attempt: 1 })
    expect(log.at(-1)).toMatchObject({
      msg: 'import completed',
      loaded: 1,
      rejected: 1,
      seconds: expect.any(Number),
      rows_per_second: expect.any(Number),
    })
    expect(JSON.stringify(log)).not.toMatch(/timbuktu|ouagadougou|city/i)
  })

  it('has the stack of each error, but not its message', async () => {
    const id = await sent('a\n1\n')
    const loader = async () => {
      throw new Error('Timbuktu is not a number')
    }
    const runner = startRunner(cast.service, { loaders: { dataset: loader } })
    await expect(runner.run(id)).rejects.toThrow()
    await expect(runner.run(id)).rejects.toThrow()
    const errors = (await lines(id)).filter(({ level }) => level === 'error')
    expect(errors).toHaveLength(2)
    for (const { msg, code, seconds, err } of errors) {
      expect(msg).toBe('import failed: nothing was loaded')
      expect([code, typeof seconds]).toEqual(['internal_error', 'number'])
      expect(err.stack).toMatch(/import-log\.test\.ts/)
    }
    expect(JSON.stringify(errors)).not.toMatch(/Timbuktu/)
  })

  it('reports that it was cancelled', async () => {
    const id = await loaded(rows(10), async (job) => {
      const result = await loadDataset(job)
      const params = { id: Number(job.id) }
      await cast.service.call('deleteImport', { params, token: cast.staff.token })
      return result
    })
    expect((await lines(id)).at(-1)?.msg).toBe('import cancelled: nothing was loaded')
  })
})
