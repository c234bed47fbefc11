import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'

const MEBIBYTE = 1024 * 1024
/** Of the available memory, and of V8's heap limit. */
const SHARE = 0.9
/** Mean event loop delay, in milliseconds, above which the process counts as under pressure. */
const MAX_DELAY_MS = 1_000
const SAMPLE_MS = 500

/** The machine's memory, or the container's limit if that is lower. */
function availableBytes(): number {
  const constrained = process.constrainedMemory() ?? 0
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}

/**
 * Monitors memory and event loop delay; `app.isUnderPressure()` says whether either exceeds its
 * limit.
 *
 * @param maxMemoryMb the limit of resident memory, in MiB
 */
export async function watchPressure(app: FastifyInstance, maxMemoryMb?: number): Promise<void> {
  await app.register(underPressure, {
    maxRssBytes: maxMemoryMb === undefined ? availableBytes() * SHARE : maxMemoryMb * MEBIBYTE,
    maxHeapUsedBytes: getHeapStatistics().heap_size_limit * SHARE,
    maxEventLoopDelay: MAX_DELAY_MS,
    sampleInterval: SAMPLE_MS,
    // The plugin's own handler would refuse every request, and forever if memory does not shrink.
    pressureHandler: () => undefined,
  })
}
