import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import type { OperationId } from '../../../src/generated/operations.ts'

const PRESS_EXECUTE = fileURLToPath(new URL('./press-execute.js', import.meta.url))

/** Painting a large one takes time. */
const WINDOW = { width: 800, height: 400 } as const

/** Opens Swagger UI and waits until it shows the document. */
export async function openSwaggerUi(page: Page, url: string): Promise<void> {
  await page.setViewportSize(WINDOW)
  await page.addInitScript({ path: PRESS_EXECUTE })
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
 * Opens an operation and presses *Execute* as it stands, from inside of the page: a browser that is driven from outside
 * waits for so much that all of them took minutes.
 *
 * @param file is chosen first, where the operation wants one
 * @returns the status that the page shows
 */
export async function executeAsItStands(
  page: Page,
  id: OperationId,
  file?: string,
): Promise<number> {
  await page.evaluate(`openOperation('${id}')`)
  if (file !== undefined) {
    const chosen = { name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(file) }
    await page.locator(`.opblock[id$="-${id}"] input[type=file]`).setInputFiles(chosen)
  }
  return Number(await page.evaluate(`pressExecute('${id}')`))
}
