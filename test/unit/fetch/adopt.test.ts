import { expect, test } from 'vitest';
import { adoptTokens } from '../../../packages/core/src/adopt.ts';
import { createTokenSource, secureFetch } from '../../../packages/fetch/src/index.ts';
import { commonAccessToken } from '../../../packages/server/src/cat.ts';
import { answer, fetchLab } from './fetch-lab.ts';

const lab = fetchLab();

test.each([
  ['with `adopt`, a token that comes with an answer is sent from then on', adoptTokens],
  ['without `adopt`, the first token stays', undefined],
] as const)('%s', async (_, adopt) => {
  const now = Math.floor(Date.now() / 1000);
  const format = commonAccessToken({ keys: [{ id: 'k', key: '11'.repeat(32) }] });
  const next = (await format.sign(new URL(lab.now.url('vod/1.m4s')), now + 300)).query!.cat!;
  const prefix = lab.now.url('vod/');
  const first = { prefix, expires: now + 60, query: { cat: 'first' } };
  const source = createTokenSource({
    protect: prefix,
    ...(adopt && { adopt }),
    getTokens: () => Promise.resolve(first),
  });
  lab.now.answers.push(answer('media', { 'CTA-Common-Access-Token': next }));
  const secure = secureFetch(source);
  for (const name of ['1.m4s', '2.m4s']) await (await secure(prefix + name)).text();
  expect(lab.now.seen).toEqual(['/vod/1.m4s?cat=first', `/vod/2.m4s?cat=${adopt ? next : 'first'}`]);
  source.destroy();
});
