import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, type TestBrowser } from './setup/browser.ts'
import { NO_CHROMIUM } from './setup/chromium.ts'
import { type DemoService, startDemoService } from './setup/demo-service.ts'

describe.skipIf(NO_CHROMIUM)('Swagger UI', () => {
  let service: DemoService
  let browser: TestBrowser
  beforeAll(async () => {
    ;[service, browser] = await Promise.all([startDemoService(), openBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await service?.close()
  })

  it('opens without a complaint of the browser', async () => {
    const { page, complaints, close } = await browser.openPage()
    await page.goto(`${service.url}/docs`)
    await page.locator('.opblock').first().waitFor()
    expect(complaints).toEqual([])
    await close()
  })
})
