import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAlive } from '../../../src/database/embedded/processes.ts'

const KEEPER = fileURLToPath(new URL('run-keeper.sh', import.meta.url))
const FOLDER = /^passbook-run-(\d+)-/

/** A test run, with the folder that holds all its temporary files. */
export interface TestRun {
  readonly folder: string
  /** Tells the keeper that the run ended by itself. */
  finish(): void
}

/**
 * Makes a new folder the temporary folder of every test. Starts a keeper that cleans up after this
 * process ends by any signal: it kills what still runs and removes the folder. If the keeper was
 * killed too, the next run cleans up.
 *
 * @param others more folders of this process to be removed
 */
export async function startRun(others: readonly string[] = []): Promise<TestRun> {
  await clearEarlierRuns()
  const folder = await mkdtemp(join(tmpdir(), `passbook-run-${process.pid}-`))
  process.env['TMPDIR'] = folder
  // Set by scripts/prepare/group.mjs: we lead a process group, and that script reads the keeper's
  // reports.
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

/** Ends us as if by SIGTERM when the script that started us, which holds the other end, is gone. */
function endWithInput(): void {
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'))
  process.stdin.resume().unref()
}

/**
 * Removes the folders of dead runs and stops the servers in them. Other users' folders are left
 * alone.
 */
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
