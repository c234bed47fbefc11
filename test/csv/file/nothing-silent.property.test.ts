import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openRows } from '../../../src/csv/file/open-rows.ts'
import { createUtf8Converter } from '../../../src/csv/parse/to-utf8.ts'
import { cut } from '../read.ts'

/** `npm test` tries few, since each case opens a file; `NOTHING_SILENT_RUNS` says how many. */
const RUNS = Number(process.env['NOTHING_SILENT_RUNS'] ?? 300)

/** Reads a file, and accounts for each of its rows. */
async function account(bytes: Buffer, ragged: 'reject' | 'pad', lengths: readonly number[]) {
  async function* open() {
    yield* cut(bytes, lengths)
  }
  let refused = 0
  const sink = {
    header: () => undefined,
    refuse: () => {
      refused += 1
    },
    settle: async () => undefined,
  }
  const file = await openRows({ open }, { dialect: {}, ragged }, sink)
  const parts: Buffer[] = []
  let rows = 0
  for await (const { batch, fine } of file.batches()) {
    rows += batch.rows
    for (let row = 0; row < batch.rows; row += 1) parts.push(Buffer.from(batch.raw(row)))
    expect(fine.length).toBe(batch.rows)
  }
  return { dialect: file.dialect, loaded: file.rowsFine, refused, rows, text: parts.join('') }
}

const withoutMarks = (text: string): string => text.replaceAll(/(^|[\r\n])\ufeff+/g, '$1')

/** A file's text as its dialect says, without marks at the start of lines. */
function decoded(bytes: Buffer, dialect: Parameters<typeof createUtf8Converter>[0]): string {
  const converter = createUtf8Converter(dialect)
  const text = Buffer.concat([converter.push(bytes), converter.end()]).toString()
  return withoutMarks(text)
}

const line = fc.oneof(
  fc.constantFrom(
    'id,name,day',
    '1,Ann,2026-01-01',
    '2,"Bob, B",2026-01-02',
    ',,',
    '',
    '  ',
    'Total: 7',
    'Total,,8',
    '# a note',
    'Account:,XX00',
    'a;b;c',
    '\ufeff3,Eve,2026-01-03',
    '"never closed',
    '"x"y,z',
  ),
  fc.string({ unit: fc.constantFrom(...',;\t "\'1aé\0:'), maxLength: 12 }),
)
const text = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 14 }), fc.constantFrom('\n', '\r\n', '\r'))
  .map(([lines, end]) => Buffer.from(lines.join(end) + end))
const anything = fc.uint8Array({ minLength: 1, maxLength: 80 }).map((array) => Buffer.from(array))
const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 })

it('loads, refuses or lists every line of any file, with nothing told', async () => {
  const file = fc.oneof({ weight: 4, arbitrary: text }, anything)
  const ragged = fc.constantFrom('reject' as const, 'pad' as const)
  await fc.assert(
    fc.asyncProperty(file, ragged, lengths, async (bytes, pad, cuts) => {
      const result = await account(bytes, pad, cuts).catch((error: unknown) => {
        // The file as a whole is refused, with a code.
        expect(error).toMatchObject({ name: 'CsvError' })
        return undefined
      })
      if (result === undefined) return
      const { dialect, loaded, refused, rows } = result
      const { listed, headerLines } = dialect
      // Lines above the table are skipped by the parser: the others are rows of it.
      const header = Math.min(headerLines, rows)
      expect(loaded + refused).toBe(
        rows - header - listed.footer.count - listed.repeatedHeaders.count - listed.blankRows.count,
      )
      const preamble = listed.preamble.lines.map((above) => above.text).join('\n')
      const whole = decoded(bytes, dialect).replaceAll(/\r\n?/g, '\n').replaceAll('\0', '\ufffd')
      const below = result.text.replaceAll(/\r\n?/g, '\n').replaceAll('\0', '\ufffd')
      const all = listed.preamble.count === 0 ? below : `${preamble}\n${below}`
      expect(withoutMarks(all)).toBe(whole)
    }),
    { numRuns: RUNS },
  )
})
