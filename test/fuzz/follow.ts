import { setTimeout as wait } from 'node:timers/promises'
import type { OperationId } from '../../src/generated/operations.ts'
import { Finding } from './finding.ts'
import type { Exchange } from './oracle/oracle.ts'
import type { Scene } from './scene.ts'

/** How long, in milliseconds, a small piece of the worker's work may take. */
export const MAX_WORK_MS = 30_000
/** The pause between two looks, in milliseconds. */
export const PAUSE_MS = 20

/** Reads an import or a report until its work has ended. @throws Finding when it does not end */
export async function follow(
  scene: Scene,
  operationId: OperationId,
  id: number,
): Promise<Exchange> {
  const since = performance.now()
  for (;;) {
    const read = await scene.call(operationId, { actor: scene.actor('admin'), params: { id } })
    if (!['queued', 'running'].includes(read.body.status)) return read
    if (performance.now() - since > MAX_WORK_MS) {
      throw new Finding('hang', operationId, `still ${read.body.status} after 30 s`)
    }
    await wait(PAUSE_MS)
  }
}
