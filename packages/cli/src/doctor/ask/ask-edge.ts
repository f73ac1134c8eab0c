import { randomBytes } from 'node:crypto';
import type { Asker, Request } from '../../asker.ts';
import { shown } from '../../shown.ts';
import { preflightHeaders } from '../http-rules.ts';
import { isAnswer, isRefused, isServed } from '../observations.ts';
import type { EdgeAnswers, EdgeObservations } from '../observations.ts';
import { tampered } from './pass.ts';
import type { Pass } from './pass.ts';
import { ends } from './signers.ts';
import type { Signer } from './signers.ts';

export interface EdgeSubject {
  /** The URL without a token. */
  readonly url: string;
  /** The origin of the page. */
  readonly origin: string;
  readonly good: Pass | undefined;
  readonly expired: Pass | undefined;
  /** Whether `good` is signed with the secret, so that a token with a later end differs in nothing else. */
  readonly isSignedHere: boolean;
  /** Whether the token of the endpoint is genuine by the secret; `undefined` if that cannot be judged. */
  readonly isGenuine: boolean | undefined;
  /** Makes tokens that end at other times, in seconds from now. */
  readonly passThatEnds: (end: number) => Promise<Pass | undefined>;
  /** The signer for other URLs of the same folder, if there is one. */
  readonly signer: Signer | undefined;
}

/**
 * Requests the URL without a token and with tokens. The good token comes after the tokens that the edge should refuse:
 * a cache that keeps accepted responses would also serve them to refused tokens.
 */
export async function askEdge(asker: Asker, subject: EdgeSubject): Promise<EdgeObservations> {
  const { url, origin, good, expired, signer, isGenuine, isSignedHere, passThatEnds } = subject;
  const answers: EdgeAnswers = {};
  const told = shown(new URL(url));
  /** Sends a request, if there is something to send, and notes the answer. */
  const send = async (
    name: keyof EdgeAnswers,
    what: string,
    it: Pick<Pass, 'url' | 'headers'> | undefined,
    more: Partial<Request> = {},
  ): Promise<void> => {
    if (!it) return;
    const headers = { origin, ...it.headers, ...more.headers };
    answers[name] = await asker.ask({ what, url: it.url, ...more, headers }, told);
  };
  const plain = { url, headers: {} };
  const stray = strayBeside(url);
  const sendStray = async (): Promise<void> =>
    send('sibling', 'a file that is not there, with a valid token', (await signer?.sign([stray]))?.[0]);
  const seen = (): EdgeObservations => ({ ...answers, url: told, token: good, isGenuine });

  await send('withoutToken', 'without a token', plain);
  const { withoutToken } = answers;
  if (!isAnswer(withoutToken)) return seen();
  if (good && good.names.length > 0)
    await send('preflight', 'preflight', plain, {
      method: 'OPTIONS',
      headers: preflightHeaders(origin, 'GET', good.names),
    });
  await send('tampered', 'with a changed token', good && tampered(good));
  await send('expired', 'with an expired token', expired);
  if (isServed(answers.expired) && !isServed(withoutToken))
    await send('longExpired', 'with one that expired a month ago', await passThatEnds(ends.aMonthAgo));
  if (isServed(withoutToken) && signer) {
    await send('siblingWithoutToken', 'a file that is not there, without a token', { url: stray, headers: {} });
    if (isRefused(answers.siblingWithoutToken)) await sendStray();
  }

  await send('good', 'with a valid token', good);
  if (!isRefused(withoutToken)) return seen();
  if (isServed(answers.good)) await send('withoutTokenAgain', 'without a token', plain);
  if (!isRefused(answers.good)) return seen();
  // requests that differ from the refused one in one thing each
  if (isGenuine === false)
    await send('own', 'with a token of the secret that was given', await passThatEnds(ends.inTwoMinutes));
  if (isSignedHere || isGenuine)
    await send('lasting', 'with a token of half a day', await passThatEnds(ends.inHalfADay));
  if (!isServed(answers.lasting)) await sendStray();
  return seen();
}

/**
 * Returns the URL of a file beside that of `url`, with the same ending. No cache has it, because it was never
 * requested.
 */
function strayBeside(url: string): string {
  const [ending = ''] = /\.\w+$/.exec(new URL(url).pathname) ?? [];
  return new URL(`doctor-${randomBytes(4).toString('hex')}${ending}`, url).href;
}
