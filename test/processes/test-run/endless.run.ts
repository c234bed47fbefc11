import { execFileSync, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'vitest'
import { readPostmasterFile } from '../../../src/database/embedded/postmaster-file.ts'

const parentOf = (pid: number) => Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)]))

it('waits for good', { timeout: 0 }, async () => {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  const file = await readPostmasterFile(join(tmpdir(), 'cluster/postgres'))
  const vitest = process.ppid
  const runner = parentOf(vitest)
  const shell = parentOf(runner)
  const pids = { child: child.pid, server: file?.pid, worker: process.pid, vitest, runner, shell }
  console.log(`RUNNING ${JSON.stringify(pids)}`)
  await new Promise(() => undefined)
})
