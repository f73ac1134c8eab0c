import { describe, expect, test } from 'vitest';
import { createSigningEndpoint, secureToken } from '../../../packages/server/src/index.ts';
import { CDN, ENDPOINT, MASTER, fakeTime, lab, advanceSeconds, watch } from './lab.ts';

fakeTime();

describe('createTokenSource with createSigningEndpoint', () => {
  test.each([
    ['in the second in which it was made', 86_400, [0]],
    ['twice in that second', 86_400, [0, 0]],
    ['a second later', 86_400, [1]],
    ['in that second, where no token may live longer', 60, [0]],
    ['a second later, where no token may live longer', 60, [1]],
    ['twice, where no token may live longer', 60, [0, 1]],
  ])('a token that is refused %s is replaced by another', async (_, maxTtl, pauses) => {
    const endpoint = createSigningEndpoint({
      format: secureToken({ secret: 'secret', maxTtl }),
      allow: `${CDN}/`,
      ttl: 60,
      authorize: () => true,
    });
    const { source } = lab(({ init }) => endpoint(new Request(ENDPOINT, init)));
    let request = await source.sign(MASTER);
    for (const pause of pauses) {
      await advanceSeconds(pause);
      const replay = watch(source.refused(request, 403));
      await advanceSeconds();
      // nothing but a token that would be the same is waited for
      if (replay.state === 'pending') await advanceSeconds(1);
      expect(replay).toMatchObject({ state: 'done', value: { source: MASTER } });
      expect(replay.value!.url).not.toBe(request.url);
      // the next request with that token is no replay
      request = source.signNow(MASTER)!;
    }
  });
});
