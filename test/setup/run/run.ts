import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAlive } from '../../../src/database/embedded/processes.ts'

const KEEPER = fileURLToPath(new URL('run-keeper.sh', import.meta.url))
const FOLDER = /^passbook-run-(\d+)-/

/** One run of tests, and the folder that everything temporary of it is in. */
export interface TestRun {
  readonly folder: string
  /** Tells the keeper that the run came to its end by itself. */
  finish(): void
}

/**
 * Makes the run's folder the temporary folder of every test, and starts a keeper that tidies up when
 * this process has ended, by whatever signal: it ends what still runs and removes the folder. Where a
 * keeper was killed too, the next run does its work.
 *
 * @param others further folders of this process's that are to be removed
 */
export async function startRun(others: readonly string[] = []): Promise<TestRun> {
  await clearEarlierRuns()
  const folder = await mkdtemp(join(tmpdir(), `passbook-run-${process.pid}-`))
  process.env['TMPDIR'] = folder
  // Set by scripts/prepare/group.mjs: we lead a process group, and what the keeper says is read there.
  const { PASSBOOK_TEST_GROUP: leads } = process.env
  delete process.env['PASSBOOK_TEST_GROUP']
  if (process.platform === 'win32') return { folder, finish: () => undefined }

  const group = leads ? String(process.pid) : ''
  const keeper = spawn('/bin/sh', [KEEPER, folder, group, ...others], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', leads ? 3 : 'ignore', 'ignore'],
  })
  keeper.unref()
  if (leads) endWithInput()
  return { folder, finish: () => void keeper.stdin?.write('finished\n') }
}

/** Ends us as by SIGTERM when the script that started us, which holds the other end, is gone. */
function endWithInput(): void {
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'))
  process.stdin.resume().unref()
}

/** Removes the folders of runs that are gone, and ends the servers in them. Others' are left alone. */
async function clearEarlierRuns(): Promise<void> {
  if (process.platform === 'win32') return
  for (const name of await readdir(tmpdir())) {
    const pid = Number(FOLDER.exec(name)?.[1])
    if (!pid || isAlive(pid)) continue
    const folder = join(tmpdir(), name)
    const owner = (await stat(folder).catch(() => undefined))?.uid
    if (owner !== process.getuid?.()) continue
    console.error(`Removing ${folder}, which an earlier run of the tests left behind.`)
    spawnSync('/bin/sh', [KEEPER, folder], { stdio: 'ignore' })
  }
}
