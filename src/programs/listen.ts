import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { StartupError } from '../errors.ts'
import type { DrainLimits } from '../http/connections/drain.ts'
import { within } from '../lib/in-time.ts'

/**
 * How long an idle connection is kept while the process stops, with a proxy in front and without.
 */
const IDLE_BEHIND_PROXY_MS = 2_000
const IDLE_MS = 250
/** How long requests that arrive after the grace period are still refused with an answer. */
const CLOSE_MS = 500

/** Limits of stopping, in milliseconds from the signal. */
export interface StopLimits extends DrainLimits {
  /** How long a process that is no longer ready still accepts connections, until proxies notice. */
  readonly delayMs: number
}

/** A listening app: its address, and how to stop it. */
export interface Listening {
  readonly url: string
  /**
   * Reports not ready, stops accepting, and answers requests under way until the grace period ends.
   */
  close(limits: StopLimits): Promise<void>
}

/**
 * Reads the limits of stopping from the configuration.
 *
 * @param delaySeconds the default of STOP_DELAY_SECONDS
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

/**
 * Listens on a port, in whatever way.
 *
 * @param open listens, and returns the port
 * @returns the URL
 * @throws StartupError when the port is taken or may not be used
 */
export async function listenOn(
  host: string,
  port: number,
  open: () => Promise<number>,
): Promise<string> {
  const bound = await open().catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') {
      throw new StartupError(
        `Port ${port} on ${host} is taken; set PORT to another one, or to 0 for any free one.`,
      )
    }
    if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
      throw new StartupError(
        `Port ${port} on ${host} cannot be used (${error.code}); set HOST and PORT to an address of this machine.`,
      )
    }
    throw error
  })
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${bound}`
}

/**
 * Reports not ready, stops accepting, and answers requests under way until the grace period ends.
 */
export async function closeApp(
  app: FastifyInstance,
  { delayMs, graceMs, idleMs }: StopLimits,
): Promise<void> {
  app.drain.announce()
  const waitMs = Math.min(delayMs, graceMs)
  if (waitMs > 0) await delay(waitMs)
  await app.drain.run({ graceMs: graceMs - waitMs, idleMs })
  await within(CLOSE_MS, app.close())
  app.drain.cut()
}

/** @throws StartupError when the port is taken or may not be used */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<Listening> {
  const url = await listenOn(host, port, async () => {
    await app.listen({ host, port })
    return (app.server.address() as AddressInfo).port
  })
  return { url, close: (limits) => closeApp(app, limits) }
}
