import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { StartupError } from '../errors.ts'
import type { DrainLimits } from '../http/connections/drain.ts'
import { within } from '../lib/in-time.ts'

/** How long a connection that nothing comes over is kept while the process stops, behind a proxy and without. */
const IDLE_BEHIND_PROXY_MS = 2_000
const IDLE_MS = 250
/** How long requests that still arrive after the grace are told that it is over. */
const CLOSE_MS = 500

/** How a program stops, in milliseconds from the signal. */
export interface StopLimits extends DrainLimits {
  /** How long connections are still accepted while the process is not ready any more: until proxies know. */
  readonly delayMs: number
}

/** A listening app: where, and how to end it. */
export interface Listening {
  readonly url: string
  /** Says that it is not ready, stops accepting, and answers what is under way as long as the grace lasts. */
  close(limits: StopLimits): Promise<void>
}

/**
 * How a program stops.
 *
 * @param delaySeconds how long it goes on accepting when the configuration does not say
 */
export function stopLimits(
  { STOP_DELAY_SECONDS, STOP_GRACE_SECONDS }: Config,
  delaySeconds: number,
): StopLimits {
  const delayMs = (STOP_DELAY_SECONDS ?? delaySeconds) * 1000
  return {
    delayMs,
    graceMs: STOP_GRACE_SECONDS * 1000,
    idleMs: delayMs > 0 ? IDLE_BEHIND_PROXY_MS : IDLE_MS,
  }
}

/** @throws StartupError when the port is taken or may not be used */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<Listening> {
  await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') {
      throw new StartupError(
        `Port ${port} on ${host} is taken; set PORT to another one, or PORT=0 to have a free one picked.`,
      )
    }
    if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
      throw new StartupError(
        `Port ${port} on ${host} cannot be used (${error.code}); set HOST and PORT to an address of this machine.`,
      )
    }
    throw error
  })
  const { port: bound } = app.server.address() as AddressInfo
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return {
    url: `http://${name.includes(':') ? `[${name}]` : name}:${bound}`,
    async close({ delayMs, graceMs, idleMs }) {
      app.drain.announce()
      const waits = Math.min(delayMs, graceMs)
      if (waits > 0) await delay(waits)
      await app.drain.run({ graceMs: graceMs - waits, idleMs })
      await within(CLOSE_MS, app.close())
      app.drain.cut()
    },
  }
}
