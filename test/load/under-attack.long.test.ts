import { describe, test } from 'vitest';
import { expectUnharmed, underAttack } from './under-attack.ts';

// addresses of this machine, and what the kernel says of a process
describe.skipIf(process.platform !== 'linux')('2,000 clients that stall, beside 20 viewers, for two minutes', () => {
  test.each(['node:http', 'Express', 'Fastify'] as const)(
    '%s with 1,024 descriptors: every viewer is served, and nothing is left behind',
    async (framework) => {
      const outcome = await underAttack({ framework, attackers: 2000, viewers: 20, seconds: 120 });
      const { requests, attacks, before, after } = outcome;
      console.log(`${framework}: ${requests} requests of viewers, ${attacks} connections of others`, { before, after });
      expectUnharmed(outcome);
    },
  );
});
