import { chmod, lstat, mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { copyForAccount } from '../../../src/database/embedded/binaries-copy.ts'
import { createMissingLinks } from '../../../src/database/embedded/library-links.ts'

let parent: string
let folder: string

// A package as npm leaves it if install scripts are disabled and the umask is 077.
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'passbook-binaries-'))
  folder = join(parent, 'linux-x64')
  await mkdir(join(folder, 'native/bin'), { recursive: true, mode: 0o700 })
  await mkdir(join(folder, 'native/lib'), { mode: 0o700 })
  await writeFile(join(folder, 'package.json'), '{"version":"18.4.0"}')
  await writeFile(join(folder, 'native/bin/postgres'), 'program', { mode: 0o700 })
  await writeFile(join(folder, 'native/lib/libpq.so.5.18'), 'library', { mode: 0o600 })
  await writeFile(
    join(folder, 'native/pg-symlinks.json'),
    '[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]',
  )
})

afterEach(() => rm(parent, { recursive: true, force: true }))

test('links between libraries are created once', async () => {
  await createMissingLinks(folder)
  await createMissingLinks(folder)
  expect(await readlink(join(folder, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18')
})

describe.runIf(process.getuid?.() === 0)('the copy for another account', () => {
  test('is readable by all, even if made twice concurrently', async () => {
    const umask = process.umask(0o077)
    onTestFinished(() => void process.umask(umask))
    await createMissingLinks(folder)
    const shared = join(parent, 'shared')
    const [copy, other] = await Promise.all([
      copyForAccount(folder, shared),
      copyForAccount(folder, shared),
    ])
    expect([copy, other]).toEqual([copy, join(shared, 'postgresql-18.4.0-linux-x64')])
    const mode = async (path: string) => ((await lstat(join(copy, path))).mode & 0o777).toString(8)
    expect(
      await Promise.all(['..', '', 'bin/postgres', 'lib', 'lib/libpq.so.5.18'].map(mode)),
    ).toEqual(['755', '755', '755', '755', '644'])
    expect(await readFile(join(copy, 'lib/libpq.so.5'), 'utf8')).toBe('library')
  })

  test('is not used when somebody else could have changed it', async () => {
    const shared = join(parent, 'shared')
    const copy = await copyForAccount(folder, shared)
    await chmod(copy, 0o777)
    await expect(copyForAccount(folder, shared)).rejects.toThrow(/not a folder that only root/)
  })
})
