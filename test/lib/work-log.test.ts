import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createLog } from '../../src/lib/log.ts'
import { openWorkLog } from '../../src/lib/work-log.ts'

it('keeps the logs of work from other users of the machine, old ones too', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'logs-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const folder = join(dataDir, 'logs')
  await mkdir(folder)
  await chmod(folder, 0o755)
  await writeFile(join(folder, 'import-1.log'), 'of before', { mode: 0o644 })
  const log = openWorkLog(createLog('silent'), dataDir, { kind: 'import', id: 2n })
  log.info('it begins')
  log.close()
  const modes = await Promise.all(
    [folder, ...['import-1.log', 'import-2.log'].map((name) => join(folder, name))].map(
      async (path) => ((await stat(path)).mode & 0o777).toString(8),
    ),
  )
  expect(modes).toEqual(['700', '600', '600'])
  expect(await readdir(folder)).toHaveLength(2)
})
