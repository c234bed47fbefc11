import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { ROOT, say } from './project.mjs'

/**
 * Runs a Node.js program that calls startRun() of test/setup/run/run.ts, as leader of its own
 * process group. The program ends when its standard input closes, which happens when we end, and
 * its group ends with it. Returns when nothing of the group is left, and sets our exit code to the
 * program's.
 *
 * @param args Node.js's arguments
 * @param output where its standard output goes
 */
export async function runInGroup(args, output = 'inherit') {
  // Otherwise Vitest and newman colour output even if it goes to a file or pipe.
  const plain = process.stdout.isTTY || process.env.FORCE_COLOR ? {} : { NO_COLOR: '1' }
  const program = spawn(process.execPath, args, {
    cwd: ROOT,
    detached: process.platform !== 'win32',
    // The fourth is for reports of the run's keeper.
    stdio: ['pipe', output, 'inherit', 'pipe'],
    env: { ...process.env, ...plain, PASSBOOK_TEST_GROUP: 'own' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => program.kill(signal === 'SIGINT' ? signal : 'SIGTERM'))
  }
  let leftovers = ''
  program.stdio[3].setEncoding('utf8').on('data', (text) => {
    leftovers += text
  })
  const exited = once(program, 'exit')
  // Closes only after the keeper has ended, too.
  await once(program, 'close')
  const [code, signal] = await exited
  process.exitCode = code ?? 128 + constants.signals[signal]
  if (leftovers) {
    say(`The tests left these processes running; they were ended now:\n${leftovers}`)
    process.exitCode ||= 1
  }
}
