import { beforeEach, describe, expect, it, vi } from 'vitest'
import { findCodePage } from '../../src/csv/detect/code-page.ts'
import { detectDialect } from '../../src/csv/detect/dialect.ts'
import { readSample } from '../../src/csv/detect/sample.ts'
import { createNullTest } from '../../src/csv/types/nulls.ts'
import { findColumns } from '../../src/features/imports/kinds/dataset/names.ts'
import type { ImportKind } from '../../src/features/imports/kinds/loader.ts'
import { previewFile } from '../../src/features/imports/preview.ts'
import { createRowReader } from '../../src/features/transactions/row-reader.ts'
import { createPreviewers } from '../../src/services/loading.ts'

// A preview has 300 ms. What takes it long is work that is done more than once.
vi.mock('../../src/csv/detect/code-page.ts', { spy: true })
vi.mock('../../src/csv/detect/dialect.ts', { spy: true })
vi.mock('../../src/csv/detect/sample.ts', { spy: true })
vi.mock('../../src/csv/types/nulls.ts', { spy: true })

const previewers = createPreviewers(createRowReader('USD'))
const preview = (bytes: Buffer, kind: ImportKind = 'dataset') =>
  previewFile(
    previewers,
    { kind, dry_run: false, welcome: false, if_exists: 'fail' },
    { bytes, complete: true },
  )

beforeEach(() => {
  vi.clearAllMocks()
})

describe('a preview', () => {
  it.each([
    ['dataset', 'id,due\n1,01/02/2026\n'],
    ['users', 'name,email\nAsha Rao,asha@people.example\n'],
    [
      'transactions',
      'user_id,transaction_date,transaction_amount,transaction_type\n7,01/02/2026,1,debit\n',
    ],
  ] as const)('of %s finds the dialect once', async (kind, file) => {
    await preview(Buffer.from(file), kind)
    expect(detectDialect).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['a single column', 'id\n1\n2\n', 1],
    ['commas', 'id,name\n1,a\n', 2],
    ['all delimiters', 'a,b;c\td|e:f^g~h\u0001i\u001fj\n', 9],
    ['both quotes', `id,name\n"1",'a'\n`, 4],
  ])('of %s reads its sample so many times', async (_, file, times) => {
    await preview(Buffer.from(file))
    expect(readSample).toHaveBeenCalledTimes(times)
  })

  it('of another encoding looks at its words in the sample, and in each pass', async () => {
    const lines = Array.from({ length: 5_000 }, (_, id) => `${id},Jürgen Müller\n`).join('')
    const { dialect } = await preview(Buffer.from(lines, 'latin1'))
    expect(dialect?.encoding).toBe('windows-1252')
    expect(findCodePage).toHaveBeenCalledTimes(3)
  })

  it('of many columns makes a test for null for each type, not for each column', async () => {
    const line = Array.from({ length: 1_500 }, (_, column) => column).join()
    await preview(Buffer.from(`${line.replaceAll(/\d+/g, 'c$&')}\n${line}\n`))
    expect(vi.mocked(createNullTest).mock.calls.length).toBeLessThan(10)
  })
})

it('many columns that a request names are found by a look at each', () => {
  let looks = 0
  const columns = Array.from({ length: 1_000 }, (_, index) => ({
    name: `c${index}`,
    get sourceName() {
      looks += 1
      return ` C ${index} `
    },
  }))
  const wanted = columns.map((_, index) => (index % 2 ? `C ${index}` : `c${index}`))
  expect(findColumns(columns, wanted, 'type')).toEqual(columns.map((_, index) => index))
  expect(looks).toBeLessThanOrEqual(2 * columns.length)
})
