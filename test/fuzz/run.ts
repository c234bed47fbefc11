import { writeFile } from 'node:fs/promises'
import { runCommand } from '../../src/lib/process.ts'
import { fuzzCommand, readOptions } from './options.ts'

const say = (text: string) => process.stderr.write(`${text}\n`)

/** `npm run fuzz`: see its usage. */
await runCommand(fuzzCommand, async (given) => {
  // Loading all of Passbook is left to who runs it: the usage comes at once.
  const [{ startPassbook }, { runSession }, { faultText }] = await Promise.all([
    import('./passbook.ts'),
    import('./session.ts'),
    import('./tally.ts'),
  ])
  const options = readOptions(given)
  say(
    `fuzz: seed ${options.seed}, ${options.single === undefined ? `${options.cases} cases` : `case ${options.single}`}`,
  )
  const passbook = await startPassbook()
  const stop = () => void passbook.stop().finally(() => process.exit(1))
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const report = await runSession(passbook, options, {
      fault: (fault) => say(faultText(fault)),
      cases: (done, failed) => {
        if (done % 1_000 === 0) say(`fuzz: ${done} cases, ${failed} failed`)
      },
    })
    if (options.report !== undefined) {
      await writeFile(options.report, `${JSON.stringify(report, undefined, 2)}\n`)
    }
    const { cases, requests, seconds, faults, memory, numPassedTests, numFailedTests } = report
    return {
      text: `fuzz: seed ${options.seed}, ${cases} cases, ${requests} requests, ${seconds} s, memory ${memory.first} to ${memory.last} MiB
${numPassedTests} passed, ${numFailedTests} failed, ${faults.length} faults
`,
      document: report,
      failed: numFailedTests > 0 || cases === 0,
    }
  } catch (error) {
    say(`fuzz: the tool itself failed: ${(error as Error).stack}`)
    throw error
  } finally {
    await passbook.stop()
  }
})
