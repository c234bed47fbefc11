import { join } from 'node:path'
import { findFreePort } from '../../../../src/database/embedded/port.ts'
import type { Opened } from '../../../chaos/servers/topology.ts'
import type { BenchOptions } from '../options.ts'
import { startServer } from '../system/server.ts'
import { median, table } from '../tables.ts'
import type { PartResult } from './part.ts'

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2)

/** How long `npm start` takes until it answers `/health/ready`: the first time, with a new database, and then again. */
export async function measureStart(
  folder: string,
  { rounds }: BenchOptions,
  opened: Opened,
): Promise<PartResult> {
  const times: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const port = await findFreePort()
    const server = await startServer(
      {
        name: 'npm start',
        command: 'npm',
        args: ['start', '--silent'],
        env: { NODE_ENV: 'production', PORT: String(port), DATA_DIR: join(folder, 'alone') },
        log: join(folder, 'alone.log'),
        readyUrl: `http://127.0.0.1:${port}/health/ready`,
      },
      opened,
    )
    times.push(server.startMs)
    await server.close()
  }
  const [first = Number.NaN, ...later] = times
  const range = `${seconds(median(later))} (${seconds(Math.min(...later))} to ${seconds(Math.max(...later))})`
  return {
    table: table(
      ['`npm start` until ready', 's'],
      [
        ['the first time', seconds(first)],
        [`again, ${later.length} times`, range],
      ],
    ),
    failed: 0,
  }
}
