import { writeFile } from 'node:fs/promises'
import type { Command } from '../../src/lib/command-line.ts'
import { runCommand } from '../../src/lib/process.ts'
import { compare, readLimits, writeLimits } from './limits.ts'

const gateCommand = {
  name: 'gate',
  summary: `Measures what the operations that are called most cost, in figures that do not depend on the machine: statements
of SQL, round trips, allocated bytes and the size of answers. It fails when one is not as test/gate/limits.json says.
An improvement fails too, but for allocated bytes: its figures are to be the next limits.`,
  document: '{"numPassedTests", "numFailedTests", "faults", "hints", "operations"}',
  options: {
    update: { text: 'write the figures to test/gate/limits.json' },
    report: { value: 'FILE', text: 'write the document to FILE too' },
  },
} as const satisfies Command

/** `npm run gate`: see its usage. */
await runCommand(gateCommand, async ({ options }) => {
  // Loading all of Passbook is left to who runs it: the usage comes at once.
  const { measureAll } = await import('./measure-all.ts')
  const operations = await measureAll()
  if (options.update) await writeLimits(operations)
  const limits = await readLimits()
  const findings = Object.entries(operations).map(([name, figures]) =>
    compare(name, figures, limits),
  )
  const faults = findings.flatMap((finding) => finding.faults)
  const hints = findings.flatMap((finding) => finding.hints)
  const numFailedTests = findings.filter((finding) => finding.faults.length > 0).length
  const numPassedTests = findings.length - numFailedTests
  const document = { numPassedTests, numFailedTests, faults, hints, operations }
  if (options.report !== undefined) {
    await writeFile(options.report, `${JSON.stringify(document, undefined, 2)}\n`)
  }
  const lines = [...faults, ...hints, `${numPassedTests} passed, ${numFailedTests} failed`]
  return { text: `${lines.join('\n')}\n`, document, failed: numFailedTests > 0 }
})
