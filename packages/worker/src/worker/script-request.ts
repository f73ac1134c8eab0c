import type { SentRequest } from 'secure-token-core/adapter';
import { sentRequest, sleep } from 'secure-token-core/adapter';
import { readCarries } from '../wire/messages.ts';
import type { FetchEventLike, WorkerClient } from './worker-scope.ts';
import { openPages } from './worker-scope.ts';

/** The longest wait, in seconds, for a page that may not have asked for `requests: 'all'`, or not have this package. */
const STRANGER_PATIENCE = 1;
/** The longest wait, in seconds, for a page that has registered the worker, or has answered: such a page is only busy. */
const LISTENER_PATIENCE = 5;
/** The wait, in seconds, for the other pages once one has answered about a request of a Web Worker. */
const OTHERS_PATIENCE = 0.25;

/** The number of pages that are remembered. Pages close without an event, and a worker may live for weeks. */
const MAX_PAGES = 100;

/** Whether a page answers, as far as it is known, by its id. The worker does not wait for silent pages. */
const listens = new Map<string, boolean>();

function note(id: string, isListening: boolean): void {
  if (listens.size === MAX_PAGES) listens.clear();
  listens.set(id, isListening);
}

/** Notes that a page has registered the worker. */
export const notePageListens = (id: string): void => note(id, true);

/**
 * Whether a script has made the request, by `fetch()` or `XMLHttpRequest`, to read something. The worker does not touch
 * requests that send something, such as a call to the signing endpoint.
 */
export const isScriptRequest = ({ method, destination }: Request): boolean =>
  // Chromium 86 says `empty`
  /^(empty)?$/.test(destination) && (method === 'GET' || method === 'HEAD');

/**
 * Whether the page of a script's request wants it signed: the page has asked for `requests: 'all'`, and the request
 * carries no token yet.
 * @throws the browser's own error if the worker cannot reach the pages, such as when the browser stops the worker
 */
export async function isWanted({ clientId, request }: FetchEventLike): Promise<boolean> {
  const answers = await answersOf(clientId, sentRequest(request));
  return answers.length > 0 && !answers.includes(true);
}

/** Asks the page of the request; of a Web Worker, whose page is not known, all pages. */
async function answersOf(clientId: string, request: SentRequest): Promise<readonly boolean[]> {
  const pages = await openPages();
  const own = pages.filter(({ id }) => id === clientId);
  const answers: boolean[] = [];
  let settle!: () => void;
  const enough = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const asked = (own.length ? own : pages).map(async (page) => {
    const carries = await ask(page, request);
    if (carries === undefined) return;
    answers.push(carries);
    void sleep(OTHERS_PATIENCE).then(settle);
  });
  await Promise.race([Promise.all(asked), enough]);
  return answers;
}

/** Asks `page` whether a token is in `request`. Resolves to `undefined` if no answer comes in time. */
async function ask(page: WorkerClient, request: SentRequest): Promise<boolean | undefined> {
  if (listens.get(page.id) === false) return undefined;
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise<boolean>((resolve) => {
    // an answer that comes too late for this request still shows that the page listens, which counts for later requests
    port1.onmessage = ({ data }) => {
      notePageListens(page.id);
      port1.close();
      resolve(readCarries(data));
    };
  });
  page.postMessage({ secureToken: 'script', ...request }, [port2]);
  const patience = listens.get(page.id) ? LISTENER_PATIENCE : STRANGER_PATIENCE;
  const carries = await Promise.race([answered, sleep(patience).then(() => undefined)]);
  if (carries === undefined) note(page.id, false);
  return carries;
}
