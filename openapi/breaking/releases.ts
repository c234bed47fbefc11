import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { asObject, asString, type JsonObject, RefusedError } from '../generate/json.ts'

/** Numbers of a semantic version; what is released has nothing behind them. */
export type Version = readonly [major: number, minor: number, patch: number]

const FORM = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/

/** @returns undefined for anything else */
export function parseVersion(text: string): Version | undefined {
  const [, ...numbers] = FORM.exec(text) ?? []
  return numbers.length === 0 ? undefined : (numbers.map(Number) as unknown as Version)
}

export const compareVersions = (a: Version, b: Version): number =>
  a[0] - b[0] || a[1] - b[1] || a[2] - b[2]

/** @throws RefusedError if it is not a semantic version */
export function versionOf(document: JsonObject): Version {
  const text = asString(asObject(document.info, '/info').version, '/info/version')
  const version = parseVersion(text)
  if (version === undefined) throw new RefusedError('/info/version', `${text} is not like 1.4.0`)
  return version
}

export const pathOf = (folder: string, version: Version): string =>
  join(folder, `${version.join('.')}.json`)

/** The newest released version of a folder; undefined if nothing is released. */
export async function newestReleased(folder: string): Promise<Version | undefined> {
  const names = await readdir(folder)
  const versions = names
    .map((name) => parseVersion(name.replace(/\.json$/, '')))
    .filter((version) => version !== undefined)
  return versions.sort(compareVersions).at(-1)
}
