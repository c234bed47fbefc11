import { readFile } from 'node:fs/promises'
import { stringify } from 'yaml'

const FILE = new URL('../../src/generated/openapi.json', import.meta.url)

/** The OpenAPI document as a value, and as JSON and YAML text. */
export interface ApiDocument {
  readonly value: Readonly<Record<string, unknown>>
  readonly json: string
  readonly yaml: string
}

/** Reads the bundled document that schemas and operations were generated from. */
export async function readApiDocument(): Promise<ApiDocument> {
  const json = await readFile(FILE, 'utf8')
  const value = JSON.parse(json) as Readonly<Record<string, unknown>>
  return { value, json, yaml: stringify(value, { aliasDuplicateObjects: false }) }
}
