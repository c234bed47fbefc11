import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { ConsoleService } from './console-service.ts'

const MAX_LOAD_MS = 15_000

/** Opens the console, and signs in as the admin. */
export async function signInAt(page: Page, { url, admin }: ConsoleService): Promise<void> {
  if (page.url() === 'about:blank') await page.goto(url)
  await page.getByLabel('User name').fill(admin.username)
  await page.getByLabel('Password').fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

/** Goes to a page of the console, and waits until all of it is loaded. */
export async function openAt(page: Page, path: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(path)}`)
  await page.locator(`main[data-path="${path.slice(2)}"] h1`).waitFor()
  await expect.poll(() => page.locator('[aria-busy]').count(), { timeout: MAX_LOAD_MS }).toBe(0)
}
