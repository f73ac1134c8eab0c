import { judgeFirewallRequest } from './azion/judge-firewall-request.ts';
import type { FirewallArgs } from './azion/firewall-args.ts';

/** What is used of the event that Azion's firewall gives a function in the request phase, before the cache. */
interface FirewallEvent {
  readonly request: Request;
  /** Absent when the function runs on a developer's machine. */
  readonly args?: FirewallArgs;
  readonly console?: { error?: (message: string) => void };
  respondWith(response: Response): void;
  continue(): void;
}

// Azion finds the listener by exactly this text, and wants exactly one outcome, in the same turn. `deny()` would answer
// without CORS headers, which a player cannot tell from a lost network.
addEventListener('firewall', ((event: FirewallEvent) => {
  const report = (message: string): void => event.console?.error?.(`secure-token: ${message}`);
  const response = judgeFirewallRequest(event.request, event.args, { nowMs: Date.now(), report });
  if (response) event.respondWith(response);
  else event.continue();
}) as unknown as EventListener);
