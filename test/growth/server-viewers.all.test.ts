import { describe, test, vi } from 'vitest';
import { countCalls } from '../../packages/server/src/endpoint/count-calls.ts';
import { ConnectionQueue } from '../../packages/server/src/node/connection-queue.ts';
import type { NodeSocket } from '../../packages/server/src/node/node-message.ts';
import { memoryStore } from '../../packages/server/src/sessions.ts';
import { expectLinear } from '../support/growth.ts';

vi.setConfig({ testTimeout: 120_000 });

const lastsMs = 450_000;

describe('what viewers cost grows with their calls', () => {
  /** `viewers` call once a minute each, one after the other; the first minute is not measured. */
  const minutes = (viewers: number, call: (viewer: number, nowMs: number) => unknown): (() => void) => {
    let [nowMs, next] = [1e12, 0];
    const pass = (count: number): void => {
      for (let i = 0; i < count; i++) call(next++, (nowMs += 60_000 / viewers));
    };
    pass(viewers);
    return () => pass(2 * viewers);
  };
  const work: Record<string, (viewers: number) => () => void> = {
    'sessions that are renewed': (viewers) => {
      const store = memoryStore();
      return minutes(viewers, (n, nowMs) => {
        const times = { nowMs, idleAtMs: nowMs + lastsMs, overAtMs: nowMs + lastsMs };
        return store.admit({ viewer: `v${n % viewers}`, id: `i${n % viewers}`, limit: 3, ...times });
      });
    },
    'sessions that come and go': (viewers) => {
      const store = memoryStore();
      return minutes(viewers, (n, nowMs) => {
        const times = { nowMs, idleAtMs: nowMs + 60_000, overAtMs: nowMs + 60_000 };
        return store.admit({ viewer: `v${n}`, id: `i${n}`, limit: 3, ...times });
      });
    },
    'windows of a rate limit': (viewers) => {
      const count = countCalls({ limit: 10, window: 60 });
      return minutes(viewers, (n, nowMs) => count(`v${n}`, nowMs));
    },
    'connections of a full server': (viewers) => {
      const queue = new ConnectionQueue();
      const socket = (n: number): NodeSocket =>
        ({
          ...{ remoteAddress: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, remotePort: n, localAddress: '10.0.0.1' },
          ...{ once: () => undefined, destroy: () => undefined },
        }) as unknown as NodeSocket;
      return minutes(viewers, (n) => {
        if (queue.size >= viewers) queue.endOne();
        queue.add(socket(n));
      });
    },
  };
  test.each(Object.keys(work))('%s, from 2,000 to 8,000', (name) => expectLinear(work[name]!, 2000));
});

describe('what one viewer costs grows with the calls, not with their square', () => {
  const calls = (count: number, limit?: number) => (): void => {
    const store = memoryStore();
    for (let n = 0; n < count; n++) {
      const [id, nowMs] = [`i${n}`, 1e12 + n];
      void store.admit({ viewer: 'v', id, limit, nowMs, idleAtMs: nowMs + lastsMs, overAtMs: nowMs + lastsMs });
      if (limit === 1) void store.leave('v', id, nowMs);
    }
  };
  test('with a new session each time, from 2,500 to 10,000', () => expectLinear(calls, 2500));
  test('with a new session each time, each of which leaves, from 1,000 to 4,000', () =>
    expectLinear((count) => calls(count, 1), 1000));
});
