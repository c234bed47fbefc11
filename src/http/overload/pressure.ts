import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'

const MEBIBYTE = 1024 * 1024
/** Of the memory there is, and of the heap that V8 may grow to. */
const SHARE = 0.9
/** How late the event loop is on average, in milliseconds, when something keeps the process from working. */
const MAX_DELAY_MS = 1_000
const SAMPLE_MS = 500

/** What the machine has, or less where a container is given less. */
function availableBytes(): number {
  const constrained = process.constrainedMemory() ?? 0
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}

/**
 * Watches memory and event loop: `app.isUnderPressure()` says when either is past what it may be.
 *
 * @param maxMemoryMb the resident memory, in MiB
 */
export async function watchPressure(app: FastifyInstance, maxMemoryMb?: number): Promise<void> {
  await app.register(underPressure, {
    maxRssBytes: maxMemoryMb === undefined ? availableBytes() * SHARE : maxMemoryMb * MEBIBYTE,
    maxHeapUsedBytes: getHeapStatistics().heap_size_limit * SHARE,
    maxEventLoopDelay: MAX_DELAY_MS,
    sampleInterval: SAMPLE_MS,
    // The plugin would refuse everything, and so would a process whose memory does not shrink, for ever.
    pressureHandler: () => undefined,
  })
}
