import { gzipSync } from 'node:zlib'

/** How many members, items and levels the large bodies have: more than is meant, less than is slow to send. */
const MANY = 3_000

/** Bodies that are no JSON, or JSON that few mean. */
export const ODD_BODIES: Readonly<Record<string, Buffer>> = Object.fromEntries(
  Object.entries<string | Buffer>({
    empty: '',
    blank: ' \r\n\t',
    'half an object': '{"a":',
    'an open text': '{"name":"x',
    'two values': '{}{}',
    'a comma too many': '{"a":1,}',
    'single quotes': "{'a':1}",
    comments: '/* a */{}',
    NaN: '{"age":NaN}',
    'a byte order mark': '\ufeff{}',
    'no UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    'UTF-16': Buffer.from('{"name":"x"}', 'utf16le'),
    'a zero byte': '{"name":"a\u0000b"}',
    'an escaped zero': '{"name":"\\u0000","title":"\\u0000","username":"\\u0000"}',
    'half a character': '{"name":"\\ud800","title":"\\udc00"}',
    null: 'null',
    true: 'true',
    'a number': '1e400',
    'a text': '"x"',
    'a list': '[]',
    'lists in lists': '['.repeat(MANY) + ']'.repeat(MANY),
    'objects in objects': `${'{"a":'.repeat(MANY)}1${'}'.repeat(MANY)}`,
    'many unknown fields': `{${Array.from({ length: MANY }, (_, n) => `"k${n}":${n}`).join(',')}}`,
    'the same field twice': '{"username":"aaaa","username":"bbbb","password":"x","password":"y"}',
    'long numbers': `{"age":${'9'.repeat(400)},"transaction_amount":0.${'1'.repeat(400)}}`,
    'negative zero': '{"age":-0,"transaction_amount":-0.0}',
    prototypes: '{"__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}}}',
    'an escaped prototype': '{"\\u005f_proto__":{"role":"admin"}}',
    'a long text': `{"name":"${'x'.repeat(50_000)}"}`,
    'many empty items': `{"users":[${'{},'.repeat(MANY)}{}],"transactions":[${'1,'.repeat(MANY)}1]}`,
    'more than any limit': `{"name":"${'x'.repeat(5 * 1024 * 1024)}"}`,
  }).map(([name, body]) => [name, Buffer.from(body)]),
)

/** What bodies call themselves. */
export const TYPES: readonly string[] = [
  '',
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'application/json; charset=utf-8',
  'application/json;charset=latin1',
  'application/json;;',
  'application/x-www-form-urlencoded',
  'application/vnd.api+json',
  'json',
  '/',
  '*/*',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=x',
  'multipart/mixed; boundary=x',
  'text/csv',
  'text/csv; header=absent',
  'application/json, text/csv',
  `application/json; x=${'y'.repeat(500)}`,
  'application/problem+json',
]

/** What a body's bytes become, and how they call themselves then. */
export const ENCODINGS: readonly {
  readonly name: string
  readonly encode: (body: Buffer) => Buffer
}[] = [
  { name: 'gzip', encode: (body) => gzipSync(body) },
  { name: 'gzip', encode: (body) => body },
  { name: 'gzip', encode: (body) => gzipSync(body).subarray(0, -6) },
  { name: 'gzip', encode: (body) => Buffer.concat([gzipSync(body), Buffer.from('rest')]) },
  { name: 'gzip', encode: () => gzipSync(Buffer.alloc(8 * 1024 * 1024, 0x20)) },
  { name: 'gzip', encode: () => Buffer.of() },
  { name: 'gzip, gzip', encode: (body) => gzipSync(gzipSync(body)) },
  { name: 'x-gzip', encode: (body) => gzipSync(body) },
  { name: 'br', encode: (body) => body },
  { name: 'deflate', encode: (body) => body },
  { name: 'zstd', encode: (body) => body },
  { name: 'identity', encode: (body) => body },
  { name: 'nonsense', encode: (body) => body },
  { name: '', encode: (body) => body },
]
