import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartupError } from '../../src/errors.ts'
import type { Outcome } from '../../src/lib/process.ts'
import { readDocument } from '../generate/document.ts'
import type { JsonObject } from '../generate/json.ts'
import { breakingByAccess } from './access-changes.ts'
import { breakingByRedocly } from './redocly-diff.ts'
import { compareVersions, newestReleased, pathOf, type Version, versionOf } from './releases.ts'

const textOf = (document: JsonObject): string => `${JSON.stringify(document, null, 2)}\n`

/** What breaks callers of a released document. */
async function breakingChanges(
  releasedPath: string,
  working: JsonObject,
): Promise<readonly string[]> {
  const released = JSON.parse(await readFile(releasedPath, 'utf8')) as JsonObject
  const folder = await mkdtemp(join(tmpdir(), 'passbook-openapi-'))
  try {
    const path = join(folder, 'working.json')
    await writeFile(path, textOf(working))
    const found = await breakingByRedocly(releasedPath, path)
    return [...new Set([...found, ...breakingByAccess(released, working)])]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function outcomeOf(
  version: Version,
  released: Version | undefined,
  breaking: readonly string[],
): Outcome {
  const failed = released !== undefined && breaking.length > 0 && version[0] <= released[0]
  const against = released === undefined ? 'nothing released' : released.join('.')
  const head = `Breaking changes of ${version.join('.')} against ${against}: ${breaking.length}`
  const advice = failed ? 'Take them back, or raise the major version in openapi/openapi.yaml.' : []
  return {
    text: `${[head, ...breaking, advice].flat().join('\n')}\n`,
    document: { version: version.join('.'), released: released?.join('.') ?? null, breaking },
    failed,
  }
}

/**
 * Compares a document with the newest released one. Fails for breaking changes within a major version.
 *
 * @param entry the document's entry file
 * @param folder the released documents
 * @throws StartupError if the version is before the newest released one
 */
export async function checkBreaking(entry: string, folder: string): Promise<Outcome> {
  const working = await readDocument(entry)
  const version = versionOf(working)
  const released = await newestReleased(folder)
  if (released === undefined) return outcomeOf(version, undefined, [])
  if (compareVersions(version, released) < 0) {
    throw new StartupError(
      `The document has version ${version.join('.')}, but ${released.join('.')} is released.`,
    )
  }
  const breaking = await breakingChanges(pathOf(folder, released), working)
  return outcomeOf(version, released, breaking)
}

/**
 * Keeps the document as released, which is not changed from then on.
 *
 * @throws StartupError if its version is released
 */
export async function release(entry: string, folder: string): Promise<Outcome> {
  const checked = await checkBreaking(entry, folder)
  if (checked.failed) return checked
  const document = await readDocument(entry)
  const path = pathOf(folder, versionOf(document))
  await writeFile(path, textOf(document), { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
    throw new StartupError(`${path} is released; raise the version in openapi/openapi.yaml.`)
  })
  return { text: `${checked.text}${path}\n`, document: { ...checked.document, path } }
}
