import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { useCast } from '../setup/cast.ts'
import { openBlocker } from '../setup/figures.ts'
import { waitForLock } from '../setup/lock.ts'
import type { Account, TestResponse } from '../setup/service.ts'
import { look, newName, statuses } from './imports.ts'

/** How long a body may pause in these tests. */
const PAUSE_MS = 400
const PIECE = Buffer.alloc(64 * 1024, '1,2.50\n')
const FORM = 'multipart/form-data; boundary=x'
const FORM_HEAD =
  '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'

const cast = useCast()
const urls = { patient: '', hasty: '' }
let closeHasty: () => Promise<void>

beforeAll(async () => {
  const { services, app } = cast.service
  const address = { port: 0, host: '127.0.0.1' }
  urls.patient = await app.listen(address)
  const hasty = await buildApp(services, { bodyTimeoutMs: PAUSE_MS })
  closeHasty = () => hasty.close()
  urls.hasty = await hasty.listen(address)
})
afterAll(() => closeHasty())

/** Starts to send; the test writes the rest. */
function begin(
  url: string,
  { token }: Account,
  headers: Readonly<Record<string, string | number>> = {},
  agent: Agent | undefined = undefined,
  path = `/v1/imports?kind=dataset&name=${newName()}`,
): ClientRequest {
  const sent = request(url + path, {
    method: 'POST',
    agent,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv', ...headers },
  })
  // Tests that break the upload off check the result themselves.
  sent.on('error', () => undefined)
  return sent
}

async function answerTo(sent: ClientRequest) {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const body: TestResponse['body'] = await json(answer)
  return { status: answer.statusCode, headers: answer.headers, body }
}

const expectNothing = (account: Account) =>
  vi.waitFor(async () => expect(await statuses(cast.service, account.id)).toEqual([]), {
    timeout: 10_000,
  })

/** Waits until a chunk of an account's file is stored. */
const stored = (account: Account) =>
  vi.waitFor(
    async () => {
      const pieces = await cast.service.database.query(
        'SELECT FROM import_chunks JOIN imports ON imports.id = import_id WHERE user_id = $1',
        [account.id],
      )
      expect(pieces.length).toBeGreaterThan(0)
    },
    { timeout: 10_000, interval: 20 },
  )

describe('an upload', () => {
  it.each([
    ['of a known length', { 'content-length': 10_000_000 }, ''],
    ['of an unknown length', {}, ''],
    ['in a form', { 'content-type': FORM }, FORM_HEAD],
  ])('leaves nothing when it is cut off (%s)', async (_, headers, head) => {
    const staff = await cast.service.createAccount('staff')
    const sent = begin(urls.patient, staff, headers)
    sent.write(head)
    for (let index = 0; index < 12; index += 1) sent.write(PIECE)
    await stored(staff)
    expect(await statuses(cast.service, staff.id)).toEqual(['uploading'])
    sent.destroy()
    await expectNothing(staff)
    expect(await cast.service.database.query('SELECT FROM import_chunks')).toEqual([])
  })

  it.each([
    ['as it is', {}, 'a,b\n1,2\n'],
    ['before its first byte', {}, ''],
    ['in a form', { 'content-type': FORM }, `${FORM_HEAD}a,b\n`],
    ['in front of a form’s file', { 'content-type': FORM }, '--x\r\nContent-Disp'],
    ['behind a form’s file', { 'content-type': FORM }, `${FORM_HEAD}a,b\r\n--x\r\n`],
  ])('is given up when it pauses too long (%s)', async (_, headers, begun) => {
    const staff = await cast.service.createAccount('staff')
    const sent = begin(urls.hasty, staff, headers)
    sent.flushHeaders()
    if (begun) sent.write(begun)
    const { status, headers: answered, body } = await answerTo(sent)
    expect([status, body.code]).toEqual([408, 'request_timeout'])
    expect(answered['connection']).toBe('close')
    await expectNothing(staff)
    sent.destroy()
  })

  it.each([
    ['as it is', {}, ''],
    ['in a form', { 'content-type': FORM }, FORM_HEAD],
  ])(
    'is read to its end when it is refused: the connection goes on (%s)',
    async (_, type, head) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const refused = begin(
        urls.patient,
        cast.staff,
        { ...type, 'content-encoding': 'gzip' },
        agent,
      )
      const answer = answerTo(refused)
      refused.write(head)
      for (let index = 0; index < 16; index += 1) refused.write(PIECE)
      refused.end()
      expect([(await answer).status, (await answer).body.errors?.[0].code]).toEqual([
        422,
        'not_gzip',
      ])
      const next = begin(urls.patient, cast.staff, {}, agent)
      next.end('id,amount\n1,2.50\n')
      expect((await answerTo(next)).status).toBe(202)
      expect(next.reusedSocket).toBe(true)
      agent.destroy()
    },
  )

  it('is refused when its account is deleted meanwhile', async () => {
    const staff = await cast.service.createAccount('staff')
    const sent = begin(urls.patient, staff)
    for (let index = 0; index < 6; index += 1) sent.write(PIECE)
    await stored(staff)
    await cast.service.database.query('DELETE FROM users WHERE id = $1', [staff.id])
    const answer = answerTo(sent)
    for (let index = 0; index < 6; index += 1) sent.write(PIECE)
    sent.end()
    expect([(await answer).status, (await answer).body.code]).toEqual([401, 'unauthorized'])
    expect(await statuses(cast.service, staff.id)).toEqual([])
  })

  it('may take longer in total than a single pause may', async () => {
    const staff = await cast.service.createAccount('staff')
    const sent = begin(urls.hasty, staff)
    const since = performance.now()
    sent.write('id,amount\n')
    const answer = answerTo(sent)
    const timer = setInterval(() => {
      sent.write('1,2.50\n')
      if (performance.now() - since < 2.5 * PAUSE_MS) return
      clearInterval(timer)
      sent.end()
    }, PAUSE_MS / 8)
    expect((await answer).status).toBe(202)
    expect(performance.now() - since).toBeGreaterThan(2 * PAUSE_MS)
  })

  it('gives up on JSON that does not arrive', async () => {
    const sent = begin(
      urls.hasty,
      cast.staff,
      { 'content-type': 'application/json' },
      undefined,
      '/v1/users',
    )
    sent.write('{"name": ')
    const { status, body } = await answerTo(sent)
    expect([status, body.code]).toEqual([408, 'request_timeout'])
    sent.destroy()
  })

  it('is throttled by backpressure while the database is slow, and is stored completely', async () => {
    const { service, staff } = cast
    const length = 48 * 1024 * 1024
    const blocker = await openBlocker(service.database.url, 'import_chunks')
    const sent = begin(urls.patient, staff)
    const answer = answerTo(sent)
    let written = 0
    const writing = (async () => {
      for (; written < length; written += PIECE.length) {
        if (!sent.write(PIECE)) await once(sent, 'drain')
      }
      sent.end()
    })()
    await waitForLock(service)
    // It goes on until the buffers in between are full.
    let before = -1
    await vi.waitFor(
      () => {
        const since = before
        before = written
        expect(written).toBe(since)
      },
      { timeout: 10_000, interval: 300 },
    )
    expect(written).toBeLessThan(length / 2)
    await blocker.release()
    await writing
    const { status, body } = await answer
    expect([status, body.bytes_total]).toEqual([202, length])
    expect((await look(service, staff.token, body.id)).status).toBe('queued')
  })
})
