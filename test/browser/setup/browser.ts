import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { CHROMIUM } from './chromium.ts'

/** How long a step in a page may take, in milliseconds; generous, since the machine may be busy. */
const MAX_STEP_MS = 60_000

/** The window sizes that pages are looked at with. */
export const DESKTOP = { width: 1280, height: 900 } as const
export const PHONE = { width: 390, height: 844 } as const

/** A page in a context of its own, with what the browser complained about. */
export interface OpenPage {
  readonly page: Page
  /** Errors and warnings of its console, exceptions, and what its content security policy refused. */
  readonly complaints: readonly string[]
  readonly close: () => Promise<void>
}

export type TestBrowser = Awaited<ReturnType<typeof openBrowser>>

/**
 * Starts the system's Chromium without a window. The test ends it with `close`.
 *
 * @throws Error where there is no Chromium: skip such tests by `NO_CHROMIUM`
 */
export async function openBrowser() {
  if (CHROMIUM === undefined) throw new Error('there is no Chromium')
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM })

  /** Opens an empty page that shares no cookies and no storage with others. */
  async function openPage(options: BrowserContextOptions = {}): Promise<OpenPage> {
    const context = await browser.newContext({ viewport: DESKTOP, ...options })
    context.setDefaultTimeout(MAX_STEP_MS)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
    return { page, complaints, close: () => context.close() }
  }

  return { openPage, close: () => browser.close() }
}
