import type { SignedRequest } from 'secure-token-core';
import { SecureTokenError, untouchedRequest } from 'secure-token-core';
import type { RequestSigner } from './handle-fetch.ts';
import type { PageAnswer } from './answer-worker.ts';
import type { WorkerClient } from './worker-scope.ts';
import { scope } from './worker-scope.ts';

/**
 * For how long a page is waited for, in ms: it may still be loading its scripts. After each second every page is asked.
 */
const PATIENCE = 10_000;

/** Pages that were waited for in vain, until any page tells that it signs: they are not held up again. */
const forsaken = new Set<string>();
export const pageSigns = (): void => forsaken.clear();

const receive = (port: MessagePort): Promise<PageAnswer> =>
  new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data as PageAnswer);
  });

/** A port to a page that signs: that of the request, or any other of this origin; `undefined` if there is none. */
async function reachPage(clientId: string): Promise<MessagePort | undefined> {
  const own = await scope.clients.get(clientId);
  let found: ((port: MessagePort) => void) | undefined;
  const reached = new Promise<MessagePort>((resolve) => (found = resolve));
  const greet = (page: WorkerClient): void => {
    const { port1, port2 } = new MessageChannel();
    void receive(port1).then(() => {
      pageSigns();
      found!(port1);
    });
    page.postMessage({ secureToken: 'hello' }, [port2]);
  };
  if (own) greet(own);
  for (const since = Date.now(); ;) {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, own ? 1000 : 100));
    const port = await Promise.race([reached, late]);
    if (port) return port;
    if (Date.now() - since > PATIENCE) return undefined;
    (await scope.clients.matchAll({ includeUncontrolled: true, type: 'window' })).forEach(greet);
  }
}

/**
 * Signs in a page: it keeps the tokens, so that nothing is lost when the browser stops the worker.
 * @param protects absent: only pages know
 */
export function createPageSigner(clientId: string, protects?: RequestSigner['protects']): RequestSigner {
  const ports = new WeakMap<SignedRequest, MessagePort>();
  const ask = async (port: MessagePort, question: object): Promise<SignedRequest | undefined> => {
    const answer = receive(port);
    port.postMessage(question);
    const { signed, error } = await answer;
    if (error) throw new SecureTokenError(error.code, error.message);
    if (signed?.token) ports.set(signed, port);
    else port.close();
    return signed;
  };
  return {
    protects: protects ?? (() => true),
    async sign(url) {
      const port = forsaken.has(clientId) ? undefined : await reachPage(clientId);
      if (port) return (await ask(port, { url }))!;
      forsaken.add(clientId);
      if (protects) throw new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'No page of this origin hands out tokens');
      // a file of another part of the site, most likely
      return untouchedRequest(url);
    },
    refused: async (request, status) => ask(ports.get(request)!, { status }),
  };
}
