import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OperationId, operations } from '../../src/generated/operations.ts'
import { type OpenPage, openBrowser, type TestBrowser } from './setup/browser.ts'
import { NO_CHROMIUM } from './setup/chromium.ts'
import { type DemoService, startDemoService } from './setup/demo-service.ts'
import { authorize, executeAsItStands, openOperation, openSwaggerUi } from './setup/swagger-ui.ts'

/** What is answered otherwise than with 2xx when it is executed as it stands, and why. */
const REFUSED: Partial<Readonly<Record<OperationId, number>>> = {
  // Only the caller knows their password.
  changePassword: 403,
  // Tokens are in mails and answers alone.
  confirmEmailVerification: 422,
  confirmPasswordReset: 422,
  refreshToken: 401,
  // The user of the example has no address that waits for this: staff gave it.
  requestEmailVerification: 409,
}

/** What a reader has to choose a file for: the one that the examples show. */
const WITH_FILE: readonly OperationId[] = ['createImportFromForm', 'previewImportFromForm']
const FILE = 'id,amount\n1,12.50\n2,7.00\n'

/** What would spoil the requests after it, and so comes last, in this order. */
const LAST: readonly OperationId[] = ['deleteUser', 'bulkDeleteUsers', 'deleteSessions', 'logout']

type Operation = (typeof operations)[OperationId]

/** What is created comes first, then it is read, changed and deleted. Operations of a phase go on side by side. */
const PHASES: readonly ((operation: Operation) => boolean)[] = [
  // Who logs in has registered.
  ({ operationId }) => operationId === 'register',
  ({ method, url }) => method === 'POST' && !url.includes(':'),
  ({ method, url }) => method === 'POST' && url.includes(':'),
  ({ method }) => method === 'GET',
  ({ method }) => method === 'PUT',
  ({ method }) => method === 'DELETE',
]
/** How many pages are open for it: there may be more than one core. */
const PAGES = 3

describe.skipIf(NO_CHROMIUM)('Swagger UI', () => {
  let service: DemoService
  let browser: TestBrowser
  let opened: OpenPage
  beforeAll(async () => {
    ;[service, browser] = await Promise.all([startDemoService(), openBrowser()])
    opened = await browser.openPage()
    await openSwaggerUi(opened.page, service.url)
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await service?.close()
  })

  /** More pages of the same browser session, which are logged in, too. */
  const openMore = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const page = await opened.page.context().newPage()
        await openSwaggerUi(page, service.url)
        await authorize(page, service.credentials)
        return page
      }),
    )

  it('begins closed, finds an operation by its name, and shows request id and duration of its answer', async () => {
    const { page } = opened
    expect(await page.locator('.opblock-tag-section .opblock').count()).toBe(0)
    const block = await openOperation(page, 'getLiveness')
    expect(await page.locator('.opblock-tag-section .opblock').count()).toBe(1)
    await block.locator('button.execute').click()
    await expect.poll(() => block.locator('.request-id').textContent()).toMatch(/: [\w-]{36}$/)
    expect(await block.locator('.live-responses-table').textContent()).toMatch(/\d+ ms/)
    await block.locator('.opblock-summary-control').click()
  })

  it('keeps a login over a reload, and no password', async () => {
    const { page } = opened
    await authorize(page, service.credentials)
    await page.reload()
    await page.locator('button.authorize.locked').waitFor()
    const stored = await page.evaluate<string>(
      'JSON.stringify({ ...sessionStorage, ...localStorage })',
    )
    expect(stored).toContain('access_token')
    expect(stored).not.toContain('refresh_token')
    expect(stored).not.toContain(service.credentials.password)
  })

  it('executes each operation as it stands', async () => {
    const pages = [opened.page, ...(await openMore(PAGES - 1))]
    const statuses: Partial<Record<OperationId, number>> = {}
    const execute = async (page: Page, id: OperationId) => {
      statuses[id] = await executeAsItStands(page, id, WITH_FILE.includes(id) ? FILE : undefined)
    }
    let others = (Object.keys(operations) as OperationId[]).filter((id) => !LAST.includes(id))
    for (const belongs of PHASES) {
      await service.settled(60_000)
      const waiting = others.filter((id) => belongs(operations[id]))
      others = others.filter((id) => !waiting.includes(id))
      const work = async (page: Page) => {
        for (let id = waiting.shift(); id; id = waiting.shift()) await execute(page, id)
      }
      await Promise.all(pages.map(work))
    }
    for (const id of LAST) await execute(opened.page, id)
    expect(Object.keys(statuses).toSorted()).toEqual(Object.keys(operations).toSorted())
    const refused = Object.entries(statuses).filter(([, status]) => status < 200 || status > 299)
    expect(Object.fromEntries(refused)).toEqual(REFUSED)
  }, 600_000)

  it('makes the browser complain of nothing but refused requests', () => {
    expect(opened.complaints.filter((text) => !text.startsWith('Failed to load'))).toEqual([])
  })
})
