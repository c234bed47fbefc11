import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type OpenPage, openBrowser, type TestBrowser } from './setup/browser.ts'
import { NO_CHROMIUM } from './setup/chromium.ts'
import { openAt, signInAt } from './setup/console-page.ts'
import { type ConsoleService, startConsoleService } from './setup/console-service.ts'

const SALES = 'Day;Shop;Sold\n2026-01-31;North;12\n2026-02-01;South;many\n2026-02-02;East;7\n'

describe.skipIf(NO_CHROMIUM)('imports in the console', () => {
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
    await signInAt(opened.page, service)
    await openAt(opened.page, '#/imports')
  })
  afterEach(() => opened.close())

  /** Drops a file as a mouse does. */
  async function drop(name: string, text: string): Promise<void> {
    const { page } = opened
    const parts = `[${JSON.stringify(text)}], ${JSON.stringify(name)}`
    const dataTransfer = await page.evaluateHandle(`(() => {
      const files = new DataTransfer()
      files.items.add(new File(${parts}))
      return files
    })()`)
    await page.getByText('Drop a CSV file here').dispatchEvent('drop', { dataTransfer })
  }

  it('shows what a dropped file becomes, changes a column, loads it, and gives back what was refused', async () => {
    const { page, complaints } = opened
    await drop('Sales 2026.csv', SALES)
    await page.getByLabel('Type of sold').waitFor()
    expect(await page.getByLabel('Type of sold').inputValue()).toBe('text')
    await page.getByLabel('Type of sold').selectOption('integer')
    await page.getByText('3 read, 1 refused').waitFor()
    await page.getByRole('button', { name: 'Load the file' }).click()
    await page.getByRole('heading', { name: 'Import of sales_2026' }).waitFor()
    await page.getByRole('status').getByText('Completed').waitFor()
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download refused rows' }).click()
    const rejects = await readFile(await (await downloading).path(), 'utf8')
    expect(rejects).toContain('many')
    await page.getByRole('link', { name: 'Look at the dataset' }).click()
    const rows = page.getByRole('table', { name: 'Rows' })
    await rows.waitFor()
    expect(await rows.textContent()).toContain('North')
    expect(complaints).toEqual([])
  })

  it('explains what is wrong with a file, and loads it once its columns are named', async () => {
    const { page } = opened
    await drop(
      'statement.csv',
      'When,What,Sum\n2026-03-01,Books,-12.50\n2026-03-02,Salary,900.00\n',
    )
    await page.getByLabel('Becomes').selectOption('transactions')
    await page.getByRole('alert').getByText('unknown columns').waitFor()
    await page.getByLabel('All of the customer with ID').fill(String(service.customer.id))
    await page.getByLabel('Transaction date').selectOption('When')
    await page.getByLabel('Transaction amount').selectOption('Sum')
    await page.getByLabel('Description').selectOption('What')
    await page.getByText('2 read, 0 refused').waitFor()
    await page.getByRole('button', { name: 'Load the file' }).click()
    await page.getByRole('status').getByText('Completed').waitFor()
    // The browser's own word about the 422 that was explained.
    expect(opened.complaints.filter((text) => !text.includes('422'))).toEqual([])
  })
})
