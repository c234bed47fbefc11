/** Proves to the service who calls. */
export interface Access {
  /** The headers that say who calls. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>
  /**
   * Renews what the service has refused.
   *
   * @param refused the headers of the refused request
   * @returns whether the request is worth sending again
   */
  readonly renew: (refused: Headers) => Promise<boolean>
  /** Ends the session, where there is one to end. */
  readonly logOut: () => Promise<void>
}
