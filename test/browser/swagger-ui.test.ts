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

const METHODS = ['POST', 'GET', 'PUT', 'DELETE']
/** What would spoil the requests after it, and so comes last, in this order. */
const LAST: readonly OperationId[] = ['deleteUser', 'bulkDeleteUsers', 'deleteSessions', 'logout']

/** What is created comes first, then it is read, changed and deleted. */
const phaseOf = (id: OperationId) =>
  LAST.includes(id) ? METHODS.length + LAST.indexOf(id) : METHODS.indexOf(operations[id].method)

/** Executing all of them takes minutes, so it is asked for. */
const EXECUTES_ALL = process.env['SWAGGER_UI'] === 'all'

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

  it.runIf(EXECUTES_ALL)(
    'executes each operation as it stands',
    async () => {
      const { page } = opened
      const ids = Object.keys(operations) as OperationId[]
      const statuses: Partial<Record<OperationId, number>> = {}
      let phase = 0
      for (const id of ids.toSorted((one, other) => phaseOf(one) - phaseOf(other))) {
        if (phaseOf(id) !== phase) await service.settled(60_000)
        phase = phaseOf(id)
        const file = WITH_FILE.includes(id) ? FILE : undefined
        statuses[id] = await executeAsItStands(page, id, file)
      }
      const refused = Object.entries(statuses).filter(([, status]) => status < 200 || status > 299)
      expect(Object.fromEntries(refused)).toEqual(REFUSED)
    },
    600_000,
  )

  it('makes the browser complain of nothing but refused requests', () => {
    expect(opened.complaints.filter((text) => !text.startsWith('Failed to load'))).toEqual([])
  })
})
