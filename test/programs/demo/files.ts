import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Writes files into a folder of their own. */
export async function createFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'passbook-demo-test-'))
  return {
    /** @returns the path */
    async write(name: string, text: string): Promise<string> {
      const path = join(folder, name)
      await writeFile(path, text)
      return path
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
