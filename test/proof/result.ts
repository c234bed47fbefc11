import type { Finding } from '../chaos/findings.ts'

/** What a run has shown. */
export interface ProofResult {
  readonly seed: number
  readonly moments: number
  readonly transactions: number
  readonly processes: number
  /** How many claims hold, and how many do not: named as the reports of Vitest. */
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly claims: Readonly<Record<string, boolean>>
  readonly findings: readonly Finding[]
  /** What happened, by name. Times in milliseconds. */
  readonly figures: Readonly<Record<string, number>>
}

/** The result as text, findings first. */
export function describeProof(result: ProofResult): string {
  const { seed, moments, transactions, processes, claims, findings, figures } = result
  return [
    findings.length > 0 ? `FINDINGS of seed ${seed}:` : `Nothing was found, seed ${seed}.`,
    ...findings.flatMap(({ kind, count, examples }) => [
      `  ${kind} (${count} times)`,
      ...examples.map((example) => `    ${example}`),
    ]),
    '',
    ...Object.entries(claims).map(([claim, holds]) => `  ${holds ? 'yes' : 'NO '}  ${claim}`),
    '',
    ...Object.entries(figures).map(([name, value]) => `  ${name.padEnd(44)} ${Math.round(value)}`),
    '',
    `Again with: npm run proof -- --seed ${seed} --moments ${moments} --transactions ${transactions} --processes ${processes}`,
    '',
  ].join('\n')
}
