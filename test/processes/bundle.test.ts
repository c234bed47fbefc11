import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

const compiled = createRequire(resolve('dist/app.js'))

it.each([
  'typebox',
  'typebox/compile',
  'typebox/error',
  'typebox/format',
  'typebox/guard',
  'typebox/schema',
  'typebox/system',
  'typebox/type',
  'typebox/value',
])('gives compiled programs all of %s in few files', async (name) => {
  const file = compiled.resolve(name)
  expect(file).toContain(resolve('dist/node_modules/typebox'))
  const [joined, own] = await Promise.all([import(pathToFileURL(file).href), import(name)])
  expect(Object.keys(joined).sort()).toEqual(Object.keys(own).sort())
})
