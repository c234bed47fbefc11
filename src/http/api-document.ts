import { readFile } from 'node:fs/promises'
import { stringify } from 'yaml'

const FILE = new URL('../../src/generated/openapi.json', import.meta.url)

/** The OpenAPI document: one value, and its two texts. */
export interface ApiDocument {
  readonly value: Readonly<Record<string, unknown>>
  readonly json: string
  readonly yaml: string
}

/** Reads the bundled document that schemas and operations were generated with. */
export async function readApiDocument(): Promise<ApiDocument> {
  const json = await readFile(FILE, 'utf8')
  const value = JSON.parse(json) as Readonly<Record<string, unknown>>
  return { value, json, yaml: stringify(value, { aliasDuplicateObjects: false }) }
}
