import { beforeEach, describe, expect, it, vi } from 'vitest'
import { mailsTo, readMails } from '../setup/mailbox.ts'
import {
  asAdmin,
  type Endpoint,
  nothingIsUntold,
  passTime,
  settled,
  tried,
  useHooks,
} from './hooks.ts'

const { cast, hook, book } = useHooks()

const ADDRESS = 'admin@passbook.example'

beforeEach(async () => {
  const body = { email: ADDRESS }
  await asAdmin(cast, 'updateUser', { params: { id: cast.admin.id }, body })
})

const look = async ({ id }: Endpoint) =>
  (await asAdmin(cast, 'getWebhookEndpoint', { params: { id } })).body

/** Waits until an endpoint is disabled. @returns it */
const disabled = (endpoint: Endpoint) =>
  vi.waitFor(
    async () => {
      const shown = await look(endpoint)
      expect(shown.enabled).toBe(false)
      return shown
    },
    { timeout: 10_000, interval: 20 },
  )

const failSince = (text: string) =>
  cast.service.database.query(`UPDATE webhook_endpoints SET failing_since = now() - $1::interval`, [
    text,
  ])

describe('an endpoint', () => {
  it('is failing since its first failure after a success', async () => {
    let status = 500
    const { endpoint } = await hook(undefined, (_, __, response) =>
      response.writeHead(status).end(),
    )
    await book()
    await tried(cast, endpoint, 1)
    const since = await vi.waitFor(async () => {
      const { failing_since } = await look(endpoint)
      expect(failing_since).toEqual(expect.any(String))
      return failing_since
    })
    await passTime(cast)
    await tried(cast, endpoint, 2)
    expect(await look(endpoint)).toMatchObject({ failing_since: since, enabled: true })
    status = 204
    await passTime(cast)
    await settled(cast, endpoint)
    await vi.waitFor(async () => expect(await look(endpoint)).not.toHaveProperty('failing_since'))
  })

  it('is disabled after 5 days of nothing but failures, with a mail and an audit entry', async () => {
    const { endpoint, receiver } = await hook(undefined, (_, __, response) =>
      response.writeHead(500).end(),
    )
    await book()
    await tried(cast, endpoint, 1)
    await failSince('4 days 23 hours 59 minutes')
    await passTime(cast)
    await tried(cast, endpoint, 2)
    expect((await look(endpoint)).enabled).toBe(true)
    await failSince('5 days')
    await passTime(cast)
    const shown = await disabled(endpoint)
    expect(shown).toMatchObject({
      disabled_reason: 'failing',
      disabled_at: expect.any(String),
      failing_since: expect.any(String),
    })
    const [mail] = await mailsTo(cast.service, ADDRESS)
    expect(mail?.text).toContain(
      `${endpoint.id} (${new URL(endpoint.url).host}): nothing but failures for 5 days`,
    )
    // What is behind the host may be a secret.
    expect(mail?.text).not.toContain('of=passbook')
    const query = { action: 'webhook_endpoint.disable' }
    const { body } = await asAdmin(cast, 'listAuditEntries', { query })
    expect(body).toHaveLength(1)
    expect(body[0]).toMatchObject({
      subject: `webhook_endpoint:${endpoint.id}`,
      outcome: 'succeeded',
      address: '',
    })
    expect(body[0]).not.toHaveProperty('actor_id')
    await passTime(cast)
    await book()
    await nothingIsUntold(cast)
    expect(receiver.received).toHaveLength(3)
  })

  it('is disabled at once when it says that it is gone', async () => {
    const before = (await readMails(cast.service)).length
    const { endpoint } = await hook(undefined, (_, __, response) => response.writeHead(410).end())
    await book()
    const [delivery] = await settled(cast, endpoint)
    expect([delivery.status, delivery.attempt_count]).toEqual(['failed', 1])
    expect((await disabled(endpoint)).disabled_reason).toBe('gone')
    const [mail] = (await mailsTo(cast.service, ADDRESS, before + 1)).slice(-1)
    expect(mail?.text).toContain('it answered that it is gone (410)')
  })

  it('begins anew when it is enabled again', async () => {
    const { endpoint } = await hook(undefined, (_, __, response) => response.writeHead(500).end())
    await book()
    await tried(cast, endpoint, 1)
    await failSince('6 days')
    await passTime(cast)
    await disabled(endpoint)
    const body = { enabled: true }
    await asAdmin(cast, 'updateWebhookEndpoint', { params: { id: endpoint.id }, body })
    await tried(cast, endpoint, 3)
    await vi.waitFor(async () => {
      const shown = await look(endpoint)
      expect(shown.enabled).toBe(true)
      expect(Date.now() - Date.parse(shown.failing_since)).toBeLessThan(60_000)
    })
  })

  it('needs no mail to admins without a verified address, or who are none any more', async () => {
    await cast.service.database.query('UPDATE users SET email_verified = false')
    const before = (await readMails(cast.service)).length
    const { endpoint } = await hook(undefined, (_, __, response) => response.writeHead(410).end())
    await book()
    await disabled(endpoint)
    await nothingIsUntold(cast)
    expect(await readMails(cast.service)).toHaveLength(before)
  })
})
