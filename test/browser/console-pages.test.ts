import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { DESKTOP, openBrowser, PHONE, type TestBrowser } from './setup/browser.ts'
import { NO_CHROMIUM } from './setup/chromium.ts'
import { openAt, signInAt } from './setup/console-page.ts'
import { type ConsoleService, startConsoleService } from './setup/console-service.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
/** Two times fifteen pages, on a machine that is busy. */
const MAX_LOOK_MS = 120_000
const MAX_SCRIPT_BYTES = 150_000
const MAX_FIRST_PAINT_MS = 500
/** The machine may be busy with something else for some of them. */
const LOADS = 5

describe.skipIf(NO_CHROMIUM)('each page of the console', () => {
  let service: ConsoleService
  let browser: TestBrowser
  let axe: string
  beforeAll(async () => {
    axe = await readFile(AXE, 'utf8')
    ;[service, browser] = await Promise.all([startConsoleService(), openBrowser()])
    await service.call('createImport', {
      token: service.admin.token,
      query: { kind: 'dataset', name: 'sales' },
      body: Buffer.from('day,sold\n2026-01-31,12\n'),
    })
    await service.call('createWebhookEndpoint', {
      token: service.admin.token,
      body: { url: 'https://hooks.example/passbook' },
    })
    const { database } = service
    await vi.waitFor(
      async () => expect(await database.query('SELECT FROM datasets')).toHaveLength(1),
      { timeout: 15_000 },
    )
  })
  afterAll(async () => {
    await browser?.close()
    await service?.close()
  })

  const paths = () => [
    '#/',
    '#/customers',
    `#/customers/${service.customer.id}`,
    `#/customers/${service.customer.id}/transactions/${service.large.id}`,
    '#/alerts',
    '#/imports',
    '#/imports/1',
    '#/datasets',
    '#/datasets/sales',
    '#/groups',
    '#/tasks',
    '#/operations',
    '#/webhooks/1',
    '#/account',
    // A part of it is no encoding.
    '#/nothing/%zz',
  ]

  /** What axe finds in light, and what it finds of colours in dark. */
  async function violationsOf(page: Page): Promise<readonly string[]> {
    const found: string[] = []
    for (const [colorScheme, options] of [
      ['light', '{}'],
      ['dark', "{ runOnly: ['color-contrast'] }"],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      const { violations } = (await page.evaluate(`axe.run(${options})`)) as AxeResults
      for (const { id, nodes } of violations) {
        found.push(`${colorScheme} ${id}: ${nodes.map(({ html }) => html)}`)
      }
    }
    return found
  }

  const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'

  it.each([DESKTOP, PHONE])(
    'is accessible in light and dark, and fits into $width px',
    async (viewport) => {
      const { page, complaints, close } = await browser.openPage({ viewport })
      await page.goto(service.url)
      await page.getByLabel('User name').waitFor()
      await page.evaluate(axe)
      expect(await violationsOf(page)).toEqual([])
      await signInAt(page, service)
      for (const path of paths()) {
        await openAt(page, path)
        expect([path, await violationsOf(page)]).toEqual([path, []])
        expect([path, await page.evaluate(isWide)]).toEqual([path, false])
      }
      expect(complaints).toEqual([])
      await close()
    },
    MAX_LOOK_MS,
  )

  it('is small, and seen at once', async () => {
    const { page, close } = await browser.openPage()
    const sizes = new Map<string, number>()
    page.on('response', async (response) => {
      if (!response.url().endsWith('.js')) return
      sizes.set(response.url(), Number(await response.headerValue('content-length')))
      expect(await response.headerValue('content-encoding')).toBe('gzip')
    })
    const paints: number[] = []
    for (let load = 0; load < LOADS; load++) {
      await page.goto(service.url)
      await page.getByLabel('User name').waitFor()
      const paint = await page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity",
      )
      paints.push(Number(paint))
    }
    expect(Math.min(...paints)).toBeLessThan(MAX_FIRST_PAINT_MS)
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    expect(total).toBeGreaterThan(0)
    expect(total).toBeLessThan(MAX_SCRIPT_BYTES)
    await close()
  })
})
