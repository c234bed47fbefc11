import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Generator } from '../load/generator.ts'
import { PEERS } from '../targets/install.ts'
import type { TargetName } from '../targets/target.ts'
import type { Services } from './services.ts'

const run = promisify(execFile)

/** The first line that a program says of its version. */
const versionOf = (command: string, ...args: readonly string[]): Promise<string> =>
  run(command, [...args]).then(
    ({ stdout, stderr }) => `${stdout}${stderr}`.trim().split('\n')[0] ?? '',
    () => `no ${command}`,
  )

/** Packages of a `package.json`, and their versions. */
function packagesOf(file: string, names?: readonly string[]): string {
  const { dependencies } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  return Object.entries(dependencies)
    .filter(([name]) => names?.includes(name) ?? true)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

const requirements = () =>
  readFileSync(join(PEERS, 'fastapi/requirements.txt'), 'utf8').trim().replaceAll('==', ' ')

/** What the measurement ran with, as lines of a list in Markdown. */
export async function listVersions(
  services: Services,
  generator: Generator,
  targets: readonly TargetName[],
): Promise<string> {
  const commit = await versionOf('git', 'log', '-1', '--format=%h of %cs')
  const cores = cpus()
  const python = await versionOf(join(PEERS, 'fastapi/.venv/bin/python'), '--version')
  const peers: Readonly<Record<string, () => string>> = {
    express: () => `Express: ${packagesOf(join(PEERS, 'express/package.json'))}`,
    fastapi: () => `FastAPI: ${python}, ${requirements().replaceAll('\n', ', ')}`,
  }
  const lines = [
    `${cores.length} cores (${cores[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}`,
    services.postgresVersion.split(' on ')[0],
    (await versionOf('redis-server', '--version')).split(' sha')[0],
    `load by ${generator.name}; ${await versionOf('pgbench', '--version')}`,
    `Passbook ${commit}: ${packagesOf('package.json', ['fastify', '@prisma/client', 'pg', 'ioredis'])}`,
    ...targets.flatMap((target) => peers[target]?.() ?? []),
  ]
  return lines.map((line) => `- ${line}`).join('\n')
}
