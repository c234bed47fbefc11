import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PASSWORD } from '../setup/password.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { type OpenPage, openBrowser, type TestBrowser } from './setup/browser.ts'
import { NO_CHROMIUM } from './setup/chromium.ts'

/** From the form to sign in to a chart of one's own transaction. */
const MAX_CLICKS = 5

describe.skipIf(NO_CHROMIUM)('the console of a fresh service', () => {
  let service: TestService
  let browser: TestBrowser
  let admin: Account
  let url: string
  let opened: OpenPage
  beforeAll(async () => {
    ;[service, browser] = await Promise.all([startTestService({ worker: true }), openBrowser()])
    admin = await service.createAccount('admin')
    url = await service.app.listen({ port: 0, host: '127.0.0.1' })
    opened = await browser.openPage()
  })
  afterAll(async () => {
    await browser?.close()
    await service?.close()
  })

  let clicks = 0
  async function click(what: Locator): Promise<void> {
    clicks += 1
    await what.click()
  }

  it('leads to a chart of a transaction of one’s own in five clicks', async () => {
    const { page, complaints } = opened
    await page.goto(url)
    await page.getByLabel('User name').fill(admin.username)
    await page.getByLabel('Password').fill(PASSWORD)
    await click(page.getByRole('button', { name: 'Sign in' }))
    await click(page.getByRole('link', { name: 'Customers' }))
    await click(page.getByRole('button', { name: 'New customer' }))
    await page.getByLabel('Name', { exact: true }).fill('Asha Rao')
    await page.getByLabel('Email', { exact: true }).fill('asha.rao@people.example')
    await click(page.getByRole('button', { name: 'Add' }))
    await page.getByRole('heading', { name: 'Asha Rao' }).waitFor()
    const form = page.getByRole('form', { name: 'New transaction' })
    await form.getByLabel('Amount').fill('1250')
    await click(form.getByRole('button', { name: 'Book' }))
    const months = page.getByRole('img', { name: /^Credits and debits/ })
    await months.locator('rect.credit').first().waitFor()
    expect(await months.locator('rect.credit').first().getAttribute('height')).not.toBe('0')
    expect(clicks).toBeLessThanOrEqual(MAX_CLICKS)
    const history = page.getByRole('table', { name: 'Transactions' })
    await history.getByText('1,250.00').waitFor()
    expect(complaints).toEqual([])
  })

  it('explains what is wrong with a customer and with an amount', async () => {
    const { page } = opened
    await page.getByRole('link', { name: 'Customers' }).click()
    await page.getByRole('button', { name: 'New customer' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Bela Kovács')
    await page.getByLabel('Email', { exact: true }).fill('asha.rao@people.example')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('alert').getByText('Another user has this email address').waitFor()
    await page.getByRole('link', { name: 'Asha Rao' }).click()
    const form = page.getByRole('form', { name: 'New transaction' })
    await form.getByLabel('Amount').fill('12.345')
    await form.getByRole('button', { name: 'Book' }).click()
    await form.getByRole('alert').getByText('transaction_amount').waitFor()
    expect(await form.getByLabel('Amount').inputValue()).toBe('12.345')
    // The browser's own words about the 409 and the 422.
    expect(opened.complaints.filter((text) => !/409|422/.test(text))).toEqual([])
  })
})
