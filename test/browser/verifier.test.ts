import type { TestContext } from 'vitest';
import { test, vi } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';

/**
 * Opens a stage on which the test sees who verifies. In the other files the edge alone verifies without nginx, and its
 * clock alone moves without libfaketime.
 */
async function openStage(
  { onTestFinished }: TestContext,
  movableClock: boolean,
): Promise<{ stage: Stage; status(query?: string): Promise<number>; sign(): Promise<string> }> {
  const stage = await createStage({ movableClock });
  onTestFinished(() => stage.dispose());
  const url = stage.url('exact', 'vod/v.vtt');
  return {
    stage,
    status: async (query = '') => (await fetch(`${url}?${query}`)).status,
    async sign() {
      const call = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ urls: [url], reason: 'initial' }),
      };
      const { tokens } = (await (await fetch(stage.signer.endpoint('exact'), call)).json()) as {
        tokens: [{ query: Record<string, string> }];
      };
      return new URLSearchParams(tokens[0].query).toString();
    },
  };
}

test(
  'a real nginx verifies in front of the edge, and what it refuses is counted',
  { tags: ['nginx'] },
  async (context) => {
    const { expect } = context;
    const { stage, status, sign } = await openStage(context, false);
    const token = await sign();
    expect([await status(token), await status()]).toEqual([200, 403]);
    expect(stage.edge.refusals()).toEqual([]);
    const refusal = { status: 403, method: 'GET', uri: expect.stringMatching('v.vtt') as string };
    await vi.waitFor(async () => expect(await stage.refusals()).toEqual([refusal]), { timeout: 60_000 });
  },
);

test('the clock of nginx moves', { tags: ['nginx', 'libfaketime'] }, async (context) => {
  const { expect } = context;
  const { stage, status, sign } = await openStage(context, true);
  const token = await sign();
  await stage.moveClock(3600);
  expect([await status(token), await status(await sign())]).toEqual([410, 200]);
  expect(stage.edge.refusals(), 'the clock of the edge moves, too').toEqual([]);
});
