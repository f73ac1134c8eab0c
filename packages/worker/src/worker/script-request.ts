import type { SentRequest } from 'secure-token-core/adapter';
import { sentRequest } from 'secure-token-core/adapter';
import type { ScriptAnswer } from '../wire/protocol.ts';
import { parseScriptAnswer, words } from '../wire/protocol.ts';
import { PageNotes } from './page-notes.ts';
import type { FetchEventLike, WorkerClient } from './worker-scope.ts';
import { openPages } from './worker-scope.ts';
import { within } from './within.ts';

/** For how long a page is waited for that may not have this package at all. */
const strangerPatienceMs = 1000;
/** The time for which a page is waited for that has said that it listens: it is busy. */
const listenerPatienceMs = 5000;
const askIntervalMs = 250;
/** For how long the other pages are waited for when one of them wants the request of a Web Worker signed. */
const othersPatienceMs = 250;

/** Pages that are known to listen, for they have said so or answered, or to be silent: these are not waited for. */
const knownPages = new PageNotes<'listens' | 'silent'>();

/** A page has registered the worker. */
export const notePageListens = (id: string): void => knownPages.note(id, 'listens');

/** A page has destroyed its worker object. */
export const notePageLeaves = (id: string): void => knownPages.forget(id);

/** `fetch()` and `XMLHttpRequest`, which read: what they send, such as a call to the signing endpoint, is theirs. */
export const isScriptRequest = ({ method, destination }: Request): boolean =>
  destination === '' && (method === 'GET' || method === 'HEAD');

/**
 * Whether the page of a script's request wants it signed: it has asked for that, and no token is in it already.
 * @throws what the browser says if it does not let the worker reach the pages, such as at the worker's end
 */
export async function isWanted({ clientId, request }: FetchEventLike): Promise<boolean> {
  if (isSilent(clientId)) return false;
  const answers = await answersOf(await pagesOf(clientId), sentRequest(request));
  return answers.some(({ wants }) => wants) && !answers.some(({ carries }) => carries);
}

const isSilent = (id: string): boolean => knownPages.get(id) === 'silent';

/** The page that asks, or all of them: whose Web Worker it is that asks is not told. */
async function pagesOf(clientId: string): Promise<readonly WorkerClient[]> {
  const pages = await openPages();
  const own = pages.filter(({ id }) => id === clientId);
  return own.length ? own : pages.filter(({ id }) => !isSilent(id));
}

/** The answers of `pages`; a silent one holds nothing up where another page wants the request signed. */
async function answersOf(pages: readonly WorkerClient[], request: SentRequest): Promise<readonly ScriptAnswer[]> {
  const answers: ScriptAnswer[] = [];
  await new Promise<void>((resolve, reject) => {
    const hear = async (page: WorkerClient): Promise<void> => {
      const answer = await ask(page, request);
      if (!answer) return;
      answers.push(answer);
      if (answer.wants) setTimeout(resolve, othersPatienceMs);
    };
    Promise.all(pages.map(hear)).then(() => resolve(), reject);
  });
  return answers;
}

/** The answer of `page`; `undefined` if there is none in time. */
async function ask(page: WorkerClient, request: SentRequest): Promise<ScriptAnswer | undefined> {
  const ports: MessagePort[] = [];
  let settle!: (answer: ScriptAnswer) => void;
  const answered = new Promise<ScriptAnswer>((resolve) => (settle = resolve));
  const listens = (): boolean => knownPages.get(page.id) === 'listens';
  const post = (): void => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    // an answer that comes too late for this request counts for the next ones
    port1.onmessage = ({ data }) => {
      notePageListens(page.id);
      settle(parseScriptAnswer(data));
      for (const port of ports) port.close();
    };
    page.postMessage({ secureToken: words.script, ...request }, [port2]);
  };

  let answer: ScriptAnswer | undefined;
  let waitedMs = 0;
  while (!answer && waitedMs < (listens() ? listenerPatienceMs : strangerPatienceMs)) {
    // one that listens has the first question in its queue
    if (!ports.length || !listens()) post();
    answer = await within(askIntervalMs, answered);
    waitedMs += askIntervalMs;
  }
  if (!answer && !listens()) knownPages.note(page.id, 'silent');
  return answer;
}
