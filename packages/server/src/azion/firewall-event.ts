/** The argument of a `firewall` listener at Azion, with the members that this package uses. */
export interface FirewallEvent {
  readonly request: Request;
  /** The JSON arguments of the function instance; `undefined` for a function that runs locally. */
  readonly args?: unknown;
  readonly console?: { error?(message: string): void };
  respondWith(response: Response): void;
  continue(): void;
}
