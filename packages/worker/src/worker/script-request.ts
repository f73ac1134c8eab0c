import type { SentRequest } from 'secure-token-core/adapter';
import { sentRequest } from 'secure-token-core/adapter';
import type { ScriptAnswer } from '../wire/protocol.ts';
import { parseScriptAnswer, words } from '../wire/protocol.ts';
import { PageNotes } from './page-notes.ts';
import type { FetchEventLike, WorkerClient } from './worker-scope.ts';
import { openPages } from './worker-scope.ts';
import { within } from './within.ts';

/** The longest wait for a page that may not have this package at all. */
const strangerPatienceMs = 1000;
/** The longest wait for a page that has said that it listens: such a page is only busy. */
const listenerPatienceMs = 5000;
const askIntervalMs = 250;
/** The wait for the other pages when one page wants the request of a Web Worker signed. */
const othersPatienceMs = 250;

/**
 * The pages that are known to listen, because they have said so or answered, or to be silent. The worker does not wait
 * for silent pages.
 */
const knownPages = new PageNotes<'listens' | 'silent'>();

/** Notes that a page has registered the worker. */
export const notePageListens = (id: string): void => knownPages.note(id, 'listens');

/** Notes that a page has destroyed its worker object. */
export const notePageLeaves = (id: string): void => knownPages.forget(id);

/**
 * Whether a script has made the request, by `fetch()` or `XMLHttpRequest`, to read something. The worker does not touch
 * requests that send something, such as a call to the signing endpoint.
 */
export const isScriptRequest = ({ method, destination }: Request): boolean =>
  destination === '' && (method === 'GET' || method === 'HEAD');

/**
 * Whether the page of a script's request wants it signed: the page has asked for `requests: 'all'`, and the request
 * carries no token yet.
 * @throws the browser's own error if the worker cannot reach the pages, such as when the browser stops the worker
 */
export async function isWanted({ clientId, request }: FetchEventLike): Promise<boolean> {
  if (isSilent(clientId)) return false;
  const answers = await answersOf(await pagesOf(clientId), sentRequest(request));
  return answers.some(({ wants }) => wants) && !answers.some(({ carries }) => carries);
}

const isSilent = (id: string): boolean => knownPages.get(id) === 'silent';

/**
 * Resolves to the page of the request. For a Web Worker, whose page is not known, resolves to all pages that may
 * answer.
 */
async function pagesOf(clientId: string): Promise<readonly WorkerClient[]> {
  const pages = await openPages();
  const own = pages.filter(({ id }) => id === clientId);
  return own.length ? own : pages.filter(({ id }) => !isSilent(id));
}

/**
 * Collects the answers of `pages`. Once a page wants the request signed, waits only `othersPatienceMs` for the others.
 */
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

/** Asks `page` about `request`. Resolves to the answer, or to `undefined` if none comes in time. */
async function ask(page: WorkerClient, request: SentRequest): Promise<ScriptAnswer | undefined> {
  const ports: MessagePort[] = [];
  let settle!: (answer: ScriptAnswer) => void;
  const answered = new Promise<ScriptAnswer>((resolve) => (settle = resolve));
  const listens = (): boolean => knownPages.get(page.id) === 'listens';
  const post = (): void => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    // an answer that comes too late for this request still shows that the page listens, which counts for later requests
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
    // a page that listens already has the first question in its queue
    if (!ports.length || !listens()) post();
    answer = await within(askIntervalMs, answered);
    waitedMs += askIntervalMs;
  }
  if (!answer && !listens()) knownPages.note(page.id, 'silent');
  return answer;
}
