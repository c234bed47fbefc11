import type { Page } from 'playwright-core'
import type { ConsoleService } from './console-service.ts'

/** Opens the console, and signs in as the admin. */
export async function signInAt(page: Page, { url, admin }: ConsoleService): Promise<void> {
  await page.goto(url)
  await page.getByLabel('User name').fill(admin.username)
  await page.getByLabel('Password').fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

/** Goes to a page of the console, and waits until all of it is loaded. */
export async function openAt(page: Page, path: string): Promise<void> {
  const hash = JSON.stringify(path)
  await page.evaluate(`location.hash = ${hash}`)
  await page.waitForFunction(
    `location.hash === ${hash} && document.querySelector('h1') && !document.querySelector('[aria-busy]')`,
  )
}
