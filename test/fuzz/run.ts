import { writeFile } from 'node:fs/promises'
import { readOptions, USAGE, UsageError } from './options.ts'
import { startPassbook } from './passbook.ts'
import { runSession } from './session.ts'
import { faultText } from './tally.ts'

// npm run fuzz: see USAGE.
const say = (text: string) => process.stderr.write(`${text}\n`)

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) {
    process.stdout.write(USAGE)
    return 0
  }
  say(
    `fuzz: seed ${options.seed}, ${options.single === undefined ? `${options.cases} cases` : `case ${options.single}`}`,
  )
  const passbook = await startPassbook()
  const stop = () => void passbook.stop().finally(() => process.exit(130))
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const report = await runSession(passbook, options, {
      fault: (fault) => say(faultText(fault)),
      cases: (done, failed) => {
        if (done % 1_000 === 0) say(`fuzz: ${done} cases, ${failed} failed`)
      },
    })
    const json = `${JSON.stringify(report, undefined, 2)}\n`
    if (options.report !== undefined) await writeFile(options.report, json)
    if (options.json) process.stdout.write(json)
    const { cases, requests, seconds, faults, memory, numFailedTests } = report
    say(
      `fuzz: seed ${options.seed}, ${cases} cases, ${requests} requests, ${seconds} s, memory ${memory.first} to ${memory.last} MiB`,
    )
    say(`${report.numPassedTests} passed, ${numFailedTests} failed, ${faults.length} faults`)
    return numFailedTests > 0 || cases === 0 ? 1 : 0
  } finally {
    await passbook.stop()
  }
}

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error
  say(`${error.message}; see \`npm run fuzz -- --help\`.`)
  return 2
})
