import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inSource } from '../../../src/lib/logging/in-source.ts'

let folder: string
const urlOf = (file: string) => pathToFileURL(join(folder, file)).href

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passbook-frames-'))
  await mkdir(join(folder, 'dist'))
  // The third line of the compiled file is the third column of the source's fifth line.
  const map = { version: 3, sources: ['../src/work.ts'], names: [], mappings: ';;AAIE' }
  await writeFile(join(folder, 'dist/work.js.map'), JSON.stringify(map))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('names the place in the source', () => {
  expect(inSource(`    at work (${urlOf('dist/work.js')}:3:1)`)).toBe(
    `    at work (${urlOf('src/work.ts')}:5:3)`,
  )
})

it('leaves alone what has no map', () => {
  for (const line of [
    `    at work (${urlOf('dist/other.js')}:3:1)`,
    `    at work (${urlOf('node_modules/some/index.js')}:3:1)`,
    '    at new Promise (<anonymous>)',
  ]) {
    expect(inSource(line)).toBe(line)
  }
})
