import { firewallAnswer } from './azion/firewall.ts';
import type { FirewallEvent } from './azion/firewall.ts';

declare function addEventListener(type: 'firewall', listener: (event: FirewallEvent) => void): void;

// Azion finds the listener by exactly this text. The listener is synchronous, so that it has chosen exactly one outcome
// when it returns.
addEventListener('firewall', (event) => {
  const answer = firewallAnswer(event, Date.now());
  if (answer) event.respondWith(answer);
  else event.continue();
});
