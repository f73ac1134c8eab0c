/** The argument of a `firewall` listener at Azion, as far as it is used here. */
export interface FirewallEvent {
  readonly request: Request;
  /** The JSON arguments of the function instance; a locally run function has none. */
  readonly args?: unknown;
  readonly console?: { error?(message: string): void };
  respondWith(response: Response): void;
  continue(): void;
}
