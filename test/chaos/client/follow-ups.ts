/** Something that the service took on, and that its workers do later. */
export interface FollowUp {
  readonly name: string
  /** Looks after it. @returns whether it has ended */
  look(): Promise<boolean>
  /** Nobody waits for it any more. */
  giveUp(): void
}

/** Looks after one of them. */
export async function lookAfter(followUps: FollowUp[]): Promise<void> {
  const next = followUps.shift()
  if (next && !(await next.look())) followUps.push(next)
}
