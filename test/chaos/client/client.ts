import type { Dice } from '../dice.ts'
import type { Findings } from '../findings.ts'
import type { ChaosCurrency, Sums } from '../model/figures.ts'
import type { Entry, Model } from '../model/model.ts'
import type { Statistics } from '../statistics.ts'
import type { Outcome, Request } from './call.ts'
import type { FollowUp } from './follow-ups.ts'

/** A customer whom one client alone writes for. */
export interface Person {
  readonly id: number
  readonly entry: Entry
  readonly name: string
  /** Loads under way for them: meanwhile they are not deleted. */
  loads: number
  /** What they had before the run. */
  readonly base: (currency: ChaosCurrency) => Sums
}

/** A customer whom all clients write for: what was sent and what was acknowledged is counted. */
export interface SharedPerson {
  readonly id: number
  readonly entry: Entry
  readonly base: Sums
  sent: number
  acknowledged: number
  /** How often it was counted up with If-Match, and how often nobody knows. */
  counted: number
  countedMaybe: number
}

/** What the actions of a client work with. */
export interface Client {
  readonly name: string
  readonly dice: Dice
  readonly model: Model
  readonly findings: Findings
  readonly statistics: Statistics
  /** Customers of its own; those that it deleted are taken out. */
  readonly people: Person[]
  readonly gone: number[]
  readonly shared: readonly SharedPerson[]
  readonly followUps: FollowUp[]
  /** Sends a request under the client's account. */
  send(request: Omit<Request, 'token'>): Promise<Outcome>
  /** A text that no other record has. */
  newMarker(): string
  /** Whether the run is over: what has not succeeded by then is not tried again. */
  isOver(): boolean
}

/** Holds up an answer that contradicts what is known. */
export const contradicts = ({ findings, name }: Client, kind: string, detail: string): void =>
  findings.add(kind, `${name}: ${detail}`)
