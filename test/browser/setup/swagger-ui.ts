import type { Locator, Page } from 'playwright-core'
import type { OperationId } from '../../../src/generated/operations.ts'

/** Opens Swagger UI and waits until it shows the document. */
export async function openSwaggerUi(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/docs/`)
  await page.locator('.opblock-tag').first().waitFor()
}

/** Logs in by *Authorize*. */
export async function authorize(
  page: Page,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<void> {
  await page.locator('button.authorize').first().click()
  await page.getByLabel('username:').fill(username)
  await page.getByLabel('password:').fill(password)
  const dialog = page.locator('.modal-ux')
  await dialog.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click()
  await dialog.waitFor({ state: 'detached' })
}

/**
 * Finds an operation by its id and opens it.
 *
 * @returns its block
 */
export async function openOperation(page: Page, id: OperationId): Promise<Locator> {
  await page.getByLabel('Find an operation').fill(id)
  const block = page.locator(`.opblock[id$="-${id}"]`)
  await block.locator('.opblock-summary-control').click()
  return block
}

/**
 * Opens an operation, presses *Execute* as it stands, and closes it.
 *
 * @param file is chosen first, where the operation wants one
 * @returns the status that the page shows
 */
export async function executeAsItStands(
  page: Page,
  id: OperationId,
  file?: string,
): Promise<number> {
  const block = await openOperation(page, id)
  if (file !== undefined) {
    const chosen = { name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(file) }
    await block.locator('input[type=file]').setInputFiles(chosen)
  }
  await block.locator('button.execute').click()
  const status = block.locator('.live-responses-table .response .response-col_status')
  const shown = await status.textContent()
  await block.locator('.opblock-summary-control').click()
  return Number.parseInt(shown ?? '', 10)
}
