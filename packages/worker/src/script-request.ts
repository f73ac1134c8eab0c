import type { ScriptRequest } from 'secure-token-core';
import { parseCarries, words } from './protocol.ts';
import type { FetchEventLike, WorkerClient } from './worker-scope.ts';
import { openPages } from './worker-scope.ts';
import { within } from './within.ts';

/** For how long a page is waited for: it may be loading its scripts, or be busy. */
const patienceMs = 5000;
const askIntervalMs = 250;

/** Pages that have not answered: they have not asked for `requests: 'all'`, and are not waited for again. */
const silentPages = new Set<string>();

/** A page has registered the worker. */
export const forgetSilentPages = (): void => silentPages.clear();

/** `fetch()` and `XMLHttpRequest`, which read: what they send, such as a call to the signing endpoint, is theirs. */
export const isScriptRequest = ({ method, destination }: Request): boolean =>
  destination === '' && (method === 'GET' || method === 'HEAD');

/** Whether the page of a script's request wants it signed: it has asked for that, and no token is in it already. */
export async function isWanted({ clientId, request }: FetchEventLike): Promise<boolean> {
  if (silentPages.has(clientId)) return false;
  const { url, headers, credentials } = request;
  const question: ScriptRequest = {
    url,
    headers: [...headers.keys()],
    credentials: credentials === 'include' || (credentials === 'same-origin' && url.startsWith(`${location.origin}/`)),
  };
  const answers = await Promise.all((await pagesOf(clientId)).map((page) => ask(page, question)));
  return answers.includes(false) && !answers.includes(true);
}

/** The page that asks, or all of them: whose Web Worker it is that asks is not told. */
async function pagesOf(clientId: string): Promise<readonly WorkerClient[]> {
  const pages = await openPages();
  const own = pages.filter(({ id }) => id === clientId);
  return own.length ? own : pages.filter(({ id }) => !silentPages.has(id));
}

/** Whether `page` says that the request carries a token; `undefined` if it says nothing. */
async function ask(page: WorkerClient, request: ScriptRequest): Promise<boolean | undefined> {
  const ports: MessagePort[] = [];
  let settle!: (carries: boolean) => void;
  const answered = new Promise<boolean>((resolve) => (settle = resolve));
  let carries: boolean | undefined;
  for (let waitedMs = 0; carries === undefined && waitedMs < patienceMs; waitedMs += askIntervalMs) {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    port1.onmessage = ({ data }) => settle(parseCarries(data) ?? true);
    page.postMessage({ secureToken: words.script, ...request }, [port2]);
    carries = await within(askIntervalMs, answered);
  }
  for (const port of ports) port.close();
  if (carries === undefined) silentPages.add(page.id);
  return carries;
}
