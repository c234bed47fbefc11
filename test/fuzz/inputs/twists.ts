import fc, { type Arbitrary } from 'fast-check'
import type { Header } from '../client/client.ts'
import type { Operation } from '../operations.ts'
import type { Request } from '../oracle/oracle.ts'
import type { Scene } from '../scene.ts'
import { ENCODINGS, ODD_BODIES, TYPES } from './bodies.ts'
import { SPICY } from './texts.ts'

/** Something odd that is done to a request. */
export interface Twist {
  readonly apply: (request: Request, scene: Scene) => Request
}

type Change = (request: Request) => Request

const one = (...changes: readonly Change[]): Arbitrary<Twist> =>
  fc.constantFrom(...changes.map((apply) => ({ apply })))

/** A request with a header in place of others of its name. */
function setHeader(request: Request, name: string, ...values: readonly string[]): Request {
  const others = request.headers.filter(([key]) => key !== name)
  return { ...request, headers: [...others, ...values.map((value): Header => [name, value])] }
}

const odd = (request: Request, changes: Partial<Request>): Request => ({
  ...request,
  ...changes,
  odd: true,
})

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  accept: ['text/html', 'application/xml', '*/*;q=0', 'application/json;q=0', ',', 'x'.repeat(900)],
  'accept-encoding': ['gzip', 'br', 'identity;q=0', '*;q=0', 'gzip;q=0.5, br'],
  range: ['bytes=0-0', 'bytes=-1', 'bytes=5-1', 'lines=1-2'],
  'if-match': ['*', '', '"x"', 'W/"x"', '"x', ',,,', `"${'x'.repeat(1_100)}"`, '"a", "b", *'],
  'if-none-match': ['*', '', '"x"', 'W/"x"', '"x', `"${'x'.repeat(1_100)}"`],
  'if-modified-since': ['Thu, 01 Jan 1970 00:00:00 GMT', 'yesterday'],
  'idempotency-key': ['', ' ', 'é', 'x'.repeat(255), 'x'.repeat(256), 'a,b', '"quoted"'],
  'cache-control': ['no-cache', 'no-store', 'max-age=0', 'only-if-cached', '=', 'x'.repeat(900)],
  'x-request-id': [
    '',
    'a b',
    'é',
    'x'.repeat(128),
    'x'.repeat(129),
    '<script>',
    '%{jndi:ldap://x}',
  ],
  'x-forwarded-for': ['1.2.3.4', 'not an address', '::1, 1.2.3.4', 'x'.repeat(900)],
  'x-http-method-override': ['DELETE'],
  origin: ['null', 'https://evil.example', 'x'],
  host: ['evil.example', 'a:b:c', '[::1', ''],
  cookie: ['a=b', 'x'.repeat(4_000)],
  connection: ['close', 'upgrade', 'keep-alive, close'],
  upgrade: ['websocket', 'h2c'],
  expect: ['100-continue'],
  te: ['trailers', 'chunked'],
  'content-language': ['x'],
}

const headers: Arbitrary<Twist> = fc
  .constantFrom(...Object.keys(HEADERS))
  .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...(HEADERS[name] ?? ['']))))
  .map(([name, value]) => ({ apply: (request) => setHeader(request, name, value) }))

const headersTwice: Arbitrary<Twist> = fc
  .constantFrom('if-match', 'idempotency-key', 'accept', 'x-request-id', 'cache-control')
  .map((name) => ({ apply: (request) => odd(setHeader(request, name, '"a"', '"b"'), {}) }))

const hugeHeaders = one(
  (request) => odd(setHeader(request, 'x-filler', 'x'.repeat(20_000)), {}),
  (request) =>
    odd(
      Array.from({ length: 300 }, (_, n) => n).reduce<Request>(
        (filled, n) => setHeader(filled, `x-filler-${n}`, 'x'),
        request,
      ),
      {},
    ),
)

const bodies: Arbitrary<Twist> = fc.constantFrom(...Object.values(ODD_BODIES)).map((body) => ({
  apply: (request) => setHeader({ ...request, body }, 'content-type', 'application/json'),
}))

const types: Arbitrary<Twist> = fc.constantFrom(...TYPES).map((type) => ({
  apply: (request) => setHeader(request, 'content-type', ...(type === '' ? [] : [type])),
}))

const encodings: Arbitrary<Twist> = fc.constantFrom(...ENCODINGS).map(({ name, encode }) => ({
  apply: (request) =>
    setHeader({ ...request, body: encode(request.body ?? Buffer.of()) }, 'content-encoding', name),
}))

const cut = one((request) => {
  const { body = Buffer.from('{"name":"x"}') } = request
  const length = String(body.length + 10)
  return odd(setHeader({ ...request, body, stop: 'cut' }, 'content-length', length), {})
})

/** A body where none belongs. */
const strayBodies: Arbitrary<Twist> = fc
  .tuple(
    fc.constantFrom('', 'application/json', 'text/plain', 'text/csv'),
    fc.constantFrom('{}', 'x', ''),
  )
  .map(([type, text]) => ({
    apply: (request) =>
      odd(setHeader(request, 'content-type', ...(type === '' ? [] : [type])), {
        body: Buffer.from(text),
      }),
  }))

const methods: Arbitrary<Twist> = fc
  .constantFrom(
    'HEAD',
    'OPTIONS',
    'PATCH',
    'POST',
    'PUT',
    'DELETE',
    'GET',
    'TRACE',
    'PROPFIND',
    'QUERY',
  )
  .map((method) => ({
    apply: (request) => {
      const { operation, ...rest } = request
      if (method === request.method) return request
      if (method === 'HEAD' && request.method === 'GET') return { ...request, method }
      return { ...rest, method, odd: true }
    },
  }))

const addQuery = (request: Request, text: string): Request => ({
  ...request,
  target: `${request.target}${request.target.includes('?') ? '&' : '?'}${text}`,
})

const NAMES = [
  'page',
  'per_page',
  'cursor',
  'sort',
  'q',
  'from',
  'currency',
  'kind',
  'x',
  'dry_run',
]

const queries: Arbitrary<Twist> = fc
  .tuple(
    fc.constantFrom(...NAMES, 'a[b]', 'page[]', '__proto__', 'default[__proto__]', 'rename[]', ''),
    fc.oneof(fc.constantFrom(...SPICY), fc.string({ maxLength: 8 })),
  )
  .map(([name, value]) => ({
    apply: (request) =>
      addQuery(request, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  }))

const oddQueries: Arbitrary<Twist> = fc
  .constantFrom(
    '%',
    '%zz=1',
    'page=%ff',
    '&&&',
    '?',
    'page',
    '=',
    'a=1;b=2',
    '#x',
    'x='.repeat(500),
  )
  .map((text) => ({ apply: (request) => odd(addQuery(request, text), {}) }))

const IDS = [
  '0',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  '9007199254740991',
  '9007199254740992',
  '99999999999999999999',
  'NaN',
  'null',
  'me',
  '09007199254740991',
  '+1',
  ' 1',
  '1 ',
  '٣',
  '\u0000',
  "1'--",
  '1,2',
  '[1]',
  '%31',
  'a/b',
  '..',
]

/** Another text in the place of an id or a name. */
const params: Arbitrary<Twist> = fc.constantFrom(...IDS).map((text) => ({
  apply: (request) => {
    const url = request.operation?.url ?? ''
    const [path = '', ...search] = request.target.split('?')
    const last = url.split('/').findLastIndex((part) => part.startsWith(':'))
    if (last === -1) return request
    const parts = path.split('/').map((part, at) => (at === last ? encodeURIComponent(text) : part))
    return { ...request, target: [parts.join('/'), ...search].join('?') }
  },
}))

const PATHS: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `/${path}`,
  (path) => path.replace('/v1', ''),
  (path) => path.replace('/v1', '/v2'),
  (path) => path.replace('/v1', '/v1/v1'),
  (path) => path.replace('/v1', '/V1'),
  (path) => path.replace('/v1/', '/v1%2f'),
  (path) => path.replace('/v1/', '/v1/./'),
  (path) => path.replace('/v1/', '/v1/../v1/'),
  (path) => path.replace('/v1/', '/v1/%2e%2e/'),
  (path) => `${path}%00`,
  (path) => `${path}%`,
  (path) => `${path}%ff`,
  (path) => `${path};a=b`,
  (path) => `${path}/${'x'.repeat(300)}`,
  (path) => `${path}/${'x/'.repeat(2_000)}`,
  (path) => path.toUpperCase(),
  (path) => `${path}.json`,
  () => '/',
  () => '*',
]

const paths: Arbitrary<Twist> = fc.constantFrom(...PATHS).map((change) => ({
  apply: ({ operation, ...request }) => {
    const [path = '', ...search] = request.target.split('?')
    return { ...request, target: [change(path), ...search].join('?'), odd: true }
  },
}))

/** What can be done to a request of an operation. */
export function twists({ method, body, takesFile }: Operation): Arbitrary<Twist> {
  const hasBody = body !== undefined || takesFile
  return fc.oneof(
    { weight: 6, arbitrary: headers },
    { weight: 1, arbitrary: headersTwice },
    { weight: 1, arbitrary: hugeHeaders },
    ...(hasBody
      ? [{ weight: 6, arbitrary: fc.oneof(bodies, types, encodings, cut) }]
      : [{ weight: 2, arbitrary: strayBodies }]),
    { weight: 2, arbitrary: methods },
    { weight: 4, arbitrary: queries },
    { weight: 1, arbitrary: oddQueries },
    { weight: 3, arbitrary: params },
    { weight: 3, arbitrary: method === 'GET' ? fc.oneof(paths, params) : paths },
  )
}
