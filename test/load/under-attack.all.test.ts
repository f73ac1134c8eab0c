import { describe, test } from 'vitest';
import { expectUnharmed, underAttack } from './under-attack.ts';

// addresses of this machine, and what the kernel says of a process
describe.skipIf(process.platform !== 'linux')('2,000 clients that stall, beside 20 viewers, for 20 seconds', () => {
  test.each(['node:http', 'Express', 'Fastify'] as const)(
    '%s with 1,024 descriptors: every viewer is served, and nothing is left behind',
    async (framework) => {
      expectUnharmed(await underAttack({ framework, attackers: 2000, viewers: 20, seconds: 20 }));
    },
  );
});
