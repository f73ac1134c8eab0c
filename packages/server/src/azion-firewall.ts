import { firewallAnswer } from './azion/firewall-answer.ts';
import type { FirewallEvent } from './azion/firewall-event.ts';

declare function addEventListener(type: 'firewall', listener: (event: FirewallEvent) => void): void;

// Azion finds the listener by this very text. Synchronous, so that no later than now one outcome is chosen, and only
// one.
addEventListener('firewall', (event) => {
  const answer = firewallAnswer(event, Date.now());
  if (answer) event.respondWith(answer);
  else event.continue();
});
