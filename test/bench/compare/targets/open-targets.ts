import { join } from 'node:path'
import type { Opened } from '../../../chaos/servers/topology.ts'
import type { BenchOptions } from '../options.ts'
import type { Services } from '../system/services.ts'
import { installExpress, installFastapi, PEERS } from './install.ts'
import { type Passbook, startPassbook } from './passbook.ts'
import { type Program, startPeer } from './peer.ts'
import type { Target, TargetName } from './target.ts'

export interface Targets {
  readonly passbook: Passbook | undefined
  readonly all: readonly Target[]
}

const node = (file: string): Program => ({ command: process.execPath, args: [file] })

/** Starts the targets that were asked for. */
export async function openTargets(
  services: Services,
  options: BenchOptions,
  say: (line: string) => void,
  opened: Opened,
): Promise<Targets> {
  const wants = (name: TargetName) => options.targets.includes(name)
  const all: Target[] = []
  const passbook = wants('passbook') ? await startPassbook(services, options, opened) : undefined
  if (passbook) all.push(passbook)
  if (wants('express')) {
    const program = node(await installExpress(say))
    all.push(await startPeer('express', program, true, services, options, opened))
  }
  const python = wants('fastapi') ? await installFastapi(say) : undefined
  if (python !== undefined) {
    const program = { command: python, args: [join(PEERS, 'fastapi/serve.py')] }
    all.push(await startPeer('fastapi', program, true, services, options, opened))
  }
  if (wants('limit')) {
    const program = node(join(PEERS, 'limits/bare-fastify.mjs'))
    all.push(await startPeer('limit', program, false, services, options, opened))
  }
  return { passbook, all }
}
