import fc from 'fast-check'
import type { Actor } from '../cast.ts'
import { NO_ANSWER } from '../client/client.ts'
import { sendRaw } from '../client/raw-client.ts'
import { Finding } from '../finding.ts'
import { allOperations } from '../operations.ts'
import { exchangeOf, judge, type Request } from '../oracle/oracle.ts'
import { defineScenario } from './scenario.ts'

const NOBODY: Actor = { name: 'nobody' }

const PATHS = allOperations.map(({ method, url }) => ({ method, path: url.replace(/:\w+/g, '1') }))

const FIRST_LINES: readonly ((method: string, path: string) => string)[] = [
  (method, path) => `${method} ${path} HTTP/1.1`,
  (method, path) => `${method} ${path} HTTP/1.0`,
  (method, path) => `${method} ${path} HTTP/2.0`,
  (method, path) => `${method} ${path} HTTP/9`,
  (method, path) => `${method} ${path}`,
  (method, path) => `${method.toLowerCase()} ${path} HTTP/1.1`,
  (method, path) => `${method}  ${path}  HTTP/1.1`,
  (_, path) => `FOO ${path} HTTP/1.1`,
  (_, path) => `CONNECT ${path} HTTP/1.1`,
  (method) => `${method} * HTTP/1.1`,
  (method) => `${method} HTTP/1.1`,
  (method, path) => `${method} http://other.example${path} HTTP/1.1`,
  (method, path) => `${method} //other.example${path} HTTP/1.1`,
  (method, path) => `${method} ${path}#fragment HTTP/1.1`,
  (method, path) => `${method} ${path} with blanks HTTP/1.1`,
  (method, path) => `${method} ${path}\u0000 HTTP/1.1`,
  (method, path) => `${method} ${path}ä€ HTTP/1.1`,
  (method, path) => `${method} ${path}?${'x'.repeat(20_000)} HTTP/1.1`,
  () => 'PRI * HTTP/2.0',
  () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000',
  () => '',
]

const LINES: readonly string[] = [
  'Host: x',
  'Host: x',
  'Host: x',
  'Host:',
  'Host: a\r\nHost: b',
  'Content-Type: application/json',
  'Content-Length: 2',
  'Content-Length: -1',
  'Content-Length: 2\r\nContent-Length: 3',
  'Content-Length: x',
  'Content-Length: 99999999999999999999',
  'Content-Length: 5000000',
  'Content-Length: 0x2',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: chunked\r\nContent-Length: 2',
  'Expect: 100-continue',
  'Expect: something',
  'Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x',
  'Connection: close',
  'No colon',
  ' Folded: line',
  'Name : value',
  'Näme: value',
  'Name: va\u0000lue',
  'Name: va\u0001lue',
  ': empty',
  '\t',
  'Authorization: Bearer',
  'Authorization:',
  `X: ${'y'.repeat(17_000)}`,
  'Content-Encoding: gzip',
]

const BODIES = [
  '',
  '{}',
  '2\r\n{}\r\n0\r\n\r\n',
  'zz\r\n{}',
  '2;x=y\r\n{}\r\n0\r\nTrailer: x\r\n\r\n',
  '{',
  'GET / HTTP/1.1\r\n\r\n',
  '\u0000',
]

/** Bytes that are no good HTTP, or hardly. They end in an answer or the end of the connection. */
export const wire = defineScenario(
  { name: 'raw bytes', weight: 50, operations: [] },
  fc.record({
    at: fc.constantFrom(...PATHS),
    first: fc.constantFrom(...FIRST_LINES),
    lines: fc.array(fc.constantFrom(...LINES), { maxLength: 5 }),
    end: fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'),
    body: fc.constantFrom(...BODIES),
  }),
  async (scene, { at, first, lines, end, body }) => {
    const text = `${[first(at.method, at.path), ...lines].join(end)}${end}${end}${body}`
    const bytes = Buffer.from(text)
    const request: Request = {
      method: 'RAW',
      target: '',
      headers: [],
      body: bytes,
      actor: NOBODY,
      odd: true,
      violations: [],
    }
    scene.note(request)
    const isHead = text.startsWith('HEAD ')
    const answer = await sendRaw(scene.url, bytes, isHead)
    if (answer !== NO_ANSWER) {
      judge(exchangeOf({ ...request, method: isHead ? 'HEAD' : 'RAW' }, answer))
    }
    const alive = await scene.call('getLiveness', { actor: NOBODY })
    if (alive.answer.status !== 200) {
      throw new Finding('process-ended', 'raw bytes', `${alive.answer.status} afterwards`)
    }
  },
)
