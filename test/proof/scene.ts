import type { Findings } from '../chaos/findings.ts'
import type { Send } from './installation.ts'
import type { ShownEvent } from './reader.ts'
import type { Attempt } from './receiver.ts'
import type { Written } from './writer.ts'

/** What a run leaves behind, when nothing is under way any more. */
export interface Scene {
  readonly send: Send
  /** Of the superuser: to look past the service. */
  readonly databaseUrl: string
  /** Customers, all made after the endpoint was. */
  readonly users: readonly number[]
  readonly written: readonly Written[]
  /** What came to the receiver, in order. */
  readonly attempts: readonly Attempt[]
  /** What a reader by cursor saw, across all kills. */
  readonly read: readonly ShownEvent[]
  /** A fresh reading from the start. */
  readonly events: readonly ShownEvent[]
}

/** Something that has to hold, and how it is looked at. */
export interface Check {
  readonly claim: string
  readonly run: (scene: Scene, findings: Findings) => void | Promise<void>
}
