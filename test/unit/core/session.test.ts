import { describe, expect, test } from 'vitest';
import type { Answer } from './lab.ts';
import { MASTER, advanceSeconds, code, fail, fakeTime, folder, inTurn, lab } from './lab.ts';

fakeTime();

const ended: Answer = () => Response.json({ type: 'urn:secure-token:session-ended' }, { status: 403 });

test('the id of a session is 128 random bits in base64url, and another one for each source', () => {
  const ids = Array.from({ length: 50 }, () => lab().source.session);
  // the last of 22 characters holds two bits
  for (const id of ids) expect(id).toMatch(/^[\w-]{21}[AQgw]$/);
  expect(new Set(ids).size).toBe(50);
});

describe('the id goes with every call; log-ins begin another session', () => {
  test.each<[string, Answer[], string]>([
    ['never, while all goes well', [folder(20), folder(20), folder()], 'aaa'],
    ['not after any other denial: that would take a second place', [folder(20), fail(403), folder()], 'aaa'],
    ['if the endpoint has ended it', [ended, folder()], 'ab'],
  ])('%s', async (_, answers, ids) => {
    const { source, calls } = lab(inTurn(...answers));
    const first = source.session;
    for (let n = 0; calls.length < answers.length && n < 5; n++) {
      if ((await code(source.sign(MASTER))) === 'ERR_DENIED') await code(source.renew());
      await advanceSeconds(40);
    }
    expect(calls.map(({ session }) => (session === first ? 'a' : 'b')).join('')).toBe(ids);
  });
});
