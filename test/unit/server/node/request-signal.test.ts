import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';
import { startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let running: NodeServer | undefined;
afterEach(() => running?.stop());

test('toNodeHandler: a handler that keeps the signal of its request alone hears of a client who leaves', async () => {
  const signals: AbortSignal[] = [];
  running = await startNodeServer(
    toNodeHandler(({ signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    }),
  );
  const leaving = new AbortController();
  const answers = Array.from({ length: 20 }, () =>
    fetch(running!.origin, { signal: leaving.signal }).catch(() => 'left'),
  );
  await vi.waitFor(() => expect(signals).toHaveLength(20), { timeout: 30_000 });
  for (let round = 0; round < 5; round++) {
    collectGarbage();
    // what is collected is told in a later turn of the event loop
    await new Promise((resolve) => setImmediate(resolve));
  }
  leaving.abort();
  await Promise.all(answers);
  await vi.waitFor(() => expect(signals.filter(({ aborted }) => aborted)).toHaveLength(20), { timeout: 5000 });
});
