/** What a request says of who calls. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>
  /** How often it was renewed before. */
  readonly age: number
}

/** Proves to the service who calls. */
export interface Access {
  readonly prove: () => Promise<Proof>
  /**
   * Renews what the service has refused, unless that has happened since.
   *
   * @returns whether the request is worth sending again
   */
  readonly renew: (refused: Proof) => Promise<boolean>
  /** Ends the session, where there is one to end. */
  readonly logOut: () => Promise<void>
}
