import { readFile } from 'node:fs/promises'
import { stringify } from 'yaml'

const FILE = new URL('../../../src/generated/openapi.json', import.meta.url)

/** The OpenAPI document as a value, and as JSON. */
export interface ApiDocument {
  readonly value: Readonly<Record<string, unknown>>
  readonly json: string
  /** The document as YAML, which takes long to make. */
  readonly makeYaml: () => string
}

/** Reads the bundled document that schemas and operations were generated from. */
export async function readApiDocument(): Promise<ApiDocument> {
  const json = await readFile(FILE, 'utf8')
  const value = JSON.parse(json) as Readonly<Record<string, unknown>>
  return { value, json, makeYaml: () => stringify(value, { aliasDuplicateObjects: false }) }
}
