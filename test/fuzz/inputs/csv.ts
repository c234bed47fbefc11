import { gzipSync } from 'node:zlib'
import fc, { type Arbitrary } from 'fast-check'
import type { Header } from '../client/client.ts'
import { SPICY } from './texts.ts'

/** A file as it is sent. */
export interface Upload {
  readonly body: Buffer
  readonly headers: readonly Header[]
}

const cells = fc.oneof(
  fc.constantFrom('', '1', '0', '007', '1.50', '1,50', '-3', 'true', 'no', 'NULL', 'N/A', '1e5'),
  fc.constantFrom(
    '2026-03-01',
    '01.02.2026',
    '2026-03-01T10:00:00Z',
    'x',
    'Ann',
    'ä',
    '"',
    '""',
    '"a"b',
    "'",
  ),
  fc.constantFrom(...SPICY),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
)

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`

const HEADERS = [
  'id,name,amount',
  'name,email,age,pincode,company_name,job_title,bank_name,account_number,ifsc_code',
  'user_id,transaction_date,transaction_amount,transaction_type,currency,reference',
  'user_email,transaction_date,transaction_amount,transaction_type',
  'a,a,a',
  ',,',
  'a',
  `${'x'.repeat(200)},y`,
]

/** Files of odd shapes: delimiters, line ends, quotes, ragged rows, bytes of no encoding. */
const texts: Arbitrary<Buffer> = fc
  .record({
    header: fc.constantFrom(...HEADERS),
    rows: fc.array(fc.array(cells, { maxLength: 10 }), { maxLength: 8 }),
    quote: fc.boolean(),
    delimiter: fc.constantFrom(',', ',', ';', '\t', '|'),
    end: fc.constantFrom('\n', '\n', '\r\n', '\r'),
    last: fc.constantFrom('', '\n', '"', '\u0000', '\n\n\n', ',,,,,,,,'),
    bom: fc.constantFrom('', '', '\ufeff'),
  })
  .map(({ header, rows, quote, delimiter, end, last, bom }) => {
    const lines = rows.map((row) =>
      row.map((cell) => (quote ? quoted(cell) : cell)).join(delimiter),
    )
    return Buffer.from(bom + [header.replaceAll(',', delimiter), ...lines].join(end) + last)
  })

const files = fc.oneof(
  { weight: 8, arbitrary: texts },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['', '\n', '"', 'a', 'a,b', ',', '\ufeff', 'a,b\n"', `a\n${'x'.repeat(100_000)}`].map(
        (text) => Buffer.from(text),
      ),
      Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'),
      Buffer.from(`${'a,'.repeat(1_700)}b\n1\n`),
      Buffer.alloc(200),
    ),
  },
)

const form = (boundary: string, body: Buffer, more = '', end = '--') =>
  Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n`,
    ),
    body,
    Buffer.from(`${more}\r\n--${boundary}${end}\r\n`),
  ])

const ofForm = (boundary: string, body: Buffer): Upload => ({
  body,
  headers: [['content-type', `multipart/form-data; boundary=${boundary}`]],
})

const FIELD = '\r\n--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ny'

/** The ways in which a file is sent, right ones and wrong ones. */
const WAYS: readonly ((file: Buffer) => Upload)[] = [
  (body) => ({ body, headers: [['content-type', 'text/csv']] }),
  (body) => ({ body, headers: [['content-type', 'text/csv; charset=utf-8']] }),
  (body) => ofForm('b', form('b', body)),
  (body) => ({
    body: gzipSync(body),
    headers: [
      ['content-type', 'text/csv'],
      ['content-encoding', 'gzip'],
    ],
  }),
  (body) => ({
    body: gzipSync(body).subarray(0, -9),
    headers: [
      ['content-type', 'text/csv'],
      ['content-encoding', 'gzip'],
    ],
  }),
  (body) => ({
    body,
    headers: [
      ['content-type', 'text/csv'],
      ['content-encoding', 'gzip'],
    ],
  }),
  (body) => ({
    body: Buffer.concat([gzipSync(body), gzipSync(body)]),
    headers: [['content-type', 'text/csv']],
  }),
  (body) => ofForm('other', form('b', body)),
  (body) => ofForm('', form('', body)),
  (body) => ofForm('"b b"', form('b b', body)),
  (body) => ofForm('x'.repeat(300), form('x'.repeat(300), body)),
  (body) => ofForm('b', form('b', body, '', '')),
  (body) => ofForm('b', form('b', body, FIELD)),
  (body) => ofForm('b', Buffer.concat([Buffer.from(`${FIELD.slice(2)}\r\n`), form('b', body)])),
  (body) => ofForm('b', Buffer.concat([form('b', body, '', ''), form('b', body)])),
  () => ofForm('b', Buffer.from('--b--\r\n')),
  () => ofForm('b', Buffer.of()),
  (body) => ofForm('b', body),
]

/** Files with the way they are sent: mostly right. */
export const uploads: Arbitrary<Upload> = fc
  .tuple(
    files,
    fc.oneof(
      { weight: 2, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.nat({ max: WAYS.length - 1 }) },
    ),
  )
  .map(([file, way]) => (WAYS[way] ?? WAYS[0])?.(file) ?? { body: file, headers: [] })
