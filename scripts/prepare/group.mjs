import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { ROOT, say } from './project.mjs'

/**
 * Runs Node.js on a program that calls startRun() of test/setup/run/run.ts, as the leader of a process group.
 * The program ends when its input does, which is when we do, and its group ends with it. Returns when
 * nothing of it is left, with our exit code set to its own.
 *
 * @param args Node.js's arguments
 * @param output where its standard output goes
 */
export async function runInGroup(args, output = 'inherit') {
  // Vitest and newman colour what goes to a file or a pipe as well, unless they are told not to.
  const plain = process.stdout.isTTY || process.env.FORCE_COLOR ? {} : { NO_COLOR: '1' }
  const program = spawn(process.execPath, args, {
    cwd: ROOT,
    detached: process.platform !== 'win32',
    // The last is for what the keeper of the run says.
    stdio: ['pipe', output, 'inherit', 'pipe'],
    env: { ...process.env, ...plain, PASSBOOK_TEST_GROUP: 'own' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => program.kill(signal === 'SIGINT' ? signal : 'SIGTERM'))
  }
  let left = ''
  program.stdio[3].setEncoding('utf8').on('data', (text) => {
    left += text
  })
  const exited = once(program, 'exit')
  // Closed once the keeper, too, has ended.
  await once(program, 'close')
  const [code, signal] = await exited
  process.exitCode = code ?? 128 + constants.signals[signal]
  if (left) {
    say(`The tests left these running, which were ended now:\n${left}`)
    process.exitCode ||= 1
  }
}
