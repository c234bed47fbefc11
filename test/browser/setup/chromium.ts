import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The system's Chromium, or what `CHROMIUM` names; undefined where there is none. */
function findChromium(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env
  const installed = PATH.split(delimiter).flatMap((folder) =>
    NAMES.map((name) => join(folder, name)),
  )
  return [...(CHROMIUM ? [CHROMIUM] : []), ...installed].find(isProgram)
}

/** The path of the browser that tests drive. */
export const CHROMIUM = findChromium()

/** Whether browser tests are skipped, for want of a Chromium. Says so once in each test file. */
export const NO_CHROMIUM = CHROMIUM === undefined
if (NO_CHROMIUM) console.log('No Chromium is installed: browser tests are skipped.')
