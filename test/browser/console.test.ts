import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type OpenPage, openBrowser, type TestBrowser } from './setup/browser.ts'
import { NO_CHROMIUM } from './setup/chromium.ts'
import { openAt, signInAt } from './setup/console-page.ts'
import { type ConsoleService, startConsoleService } from './setup/console-service.ts'

describe.skipIf(NO_CHROMIUM)('the console', () => {
  let service: ConsoleService
  let browser: TestBrowser
  let opened: OpenPage
  beforeAll(async () => {
    ;[service, browser] = await Promise.all([startConsoleService(), openBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await service?.close()
  })
  beforeEach(async () => {
    opened = await browser.openPage()
  })
  afterEach(() => opened.close())

  it('explains a wrong password, and signs in with the right one', async () => {
    const { page } = opened
    await page.goto(service.url)
    await page.getByLabel('User name').fill(service.admin.username)
    await page.getByLabel('Password').fill('a wrong password')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('User name or password is wrong.').waitFor()
    await page.getByLabel('Password').fill(service.admin.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    // The browser's own word about the 401.
    expect(opened.complaints.filter((text) => !text.includes('401'))).toEqual([])
  })

  it('keeps the session where no script reads it, and notices its end', async () => {
    const { page } = opened
    await signInAt(page, service)
    const readable = await page.evaluate(
      '[document.cookie, localStorage.length, sessionStorage.length]',
    )
    expect(readable).toEqual(['', 0, 0])
    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' })
    await service.database.query('DELETE FROM sessions WHERE user_id = $1', [service.admin.id])
    await page.getByRole('link', { name: 'Tasks' }).click()
    await page.getByLabel('Password').waitFor()
  })

  it('finds a customer while somebody types a name, an address, a company, a bank or a pincode', async () => {
    const { page, complaints } = opened
    await signInAt(page, service)
    const texts = ['asha', 'RAO', 'asha.rao@people.example', 'meridian', 'harbour sav', '5600']
    for (const text of texts) {
      await openAt(page, '#/customers')
      await page.getByLabel('Find by').pressSequentially(text)
      await page.getByText('One customer').waitFor()
      await page.getByRole('link', { name: 'Asha Rao' }).click()
      await page.getByRole('heading', { name: 'Asha Rao' }).waitFor()
    }
    expect(complaints).toEqual([])
  })

  it('draws months, days and the score of a customer, each also as an exact table', async () => {
    const { page, complaints } = opened
    await signInAt(page, service)
    await openAt(page, `#/customers/${service.customer.id}`)
    for (const name of [/^Credits and debits/, /busiest day/, /^The score of/]) {
      await page.getByRole('img', { name }).locator('svg rect').first().waitFor()
    }
    await page.getByText('As a table').first().click()
    const months = page.getByRole('table', { name: 'Credits and debits by month' })
    const last = months.locator('tbody tr').last().locator('td')
    expect(await last.allTextContents()).toEqual(['Feb 2026', '2,500.10', '9,000,950.25'])
    const large = page.getByRole('table', { name: 'Alerts' })
    expect(await large.textContent()).toContain('9,000,000.00 EUR')
    expect(complaints).toEqual([])
  })

  it('filters the history, and shows the past of a transaction', async () => {
    const { page } = opened
    await signInAt(page, service)
    await openAt(page, `#/customers/${service.customer.id}`)
    const filters = page.getByRole('form', { name: 'Filters' })
    await filters.getByLabel('Type').selectOption('credit')
    await filters.getByLabel('To', { exact: true }).fill('2025-12-31')
    const rows = page.getByRole('table', { name: 'Transactions' }).locator('tbody tr')
    await expect.poll(() => rows.count(), { timeout: 15_000 }).toBe(2)
    await rows.first().getByRole('link').click()
    const versions = page.getByRole('table', { name: 'Versions' })
    expect(await versions.textContent()).toContain('2,500.10 EUR credit')
  })

  it('shows the busiest customers, and what waits in the queues', async () => {
    const { page, complaints } = opened
    await signInAt(page, service)
    const busiest = page.getByRole('table', { name: 'Busiest customers' })
    await busiest.waitFor()
    const [first = ''] = await busiest.locator('tbody tr').allTextContents()
    expect(first).toMatch(/^Asha Rao9EUR/)
    await openAt(page, '#/operations')
    const queues = page.getByRole('table', { name: 'Jobs of the queues' }).locator('tbody tr')
    const names = (await queues.allTextContents()).map((text) => text.replace(/[\d,]+$/, ''))
    expect(names).toEqual(['EventsOK', 'WebhooksOK'])
    const work = page.getByRole('table', { name: 'Work of the outbox' })
    expect(await work.textContent()).toContain('Recompute statistics')
    expect(complaints).toEqual([])
  })

  it('says whom an alert is about, and acknowledges it', async () => {
    const { page } = opened
    await signInAt(page, service)
    await openAt(page, '#/alerts')
    const rows = page.getByRole('table', { name: 'Alerts' }).locator('tbody tr')
    const { id, name } = service.customer
    await rows.first().getByText(`${name} #${id}`, { exact: true }).waitFor()
    const before = await rows.count()
    await rows.first().getByRole('button').click()
    await expect.poll(() => rows.count(), { timeout: 15_000 }).toBe(before - 1)
  })

  it('leads by keys alone from signing in to a customer', async () => {
    const { page, complaints } = opened
    const press = (key: string) => page.keyboard.press(key)
    const focused = () => page.locator(':focus').textContent()
    await page.goto(service.url)
    await page.getByLabel('User name').waitFor()
    await page.keyboard.type(service.admin.username)
    await press('Tab')
    await page.keyboard.type(service.admin.password)
    await press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(await focused()).toBe('Overview')
    const customers = page.getByRole('link', { name: 'Customers' })
    for (let tabs = 0; tabs < 6 && (await focused()) !== 'Customers'; tabs++)
      await press('Shift+Tab')
    await customers.focus()
    await press('Enter')
    await page.getByRole('heading', { name: 'Customers' }).waitFor()
    expect(await focused()).toBe('Customers')
    await press('Tab')
    await page.keyboard.type('meridian')
    await page.getByText('One customer').waitFor()
    for (let tabs = 0; tabs < 5 && (await focused()) !== 'Asha Rao'; tabs++) await press('Tab')
    await press('Enter')
    await page.getByRole('heading', { name: 'Asha Rao' }).waitFor()
    expect(await focused()).toBe('Asha Rao')
    expect(complaints).toEqual([])
  })
})
