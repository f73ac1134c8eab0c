import type { SignedRequest, TokenSource } from 'secure-token-core';
import type { Question } from '../wire/messages.ts';
import { HERE, failedAnswer, signedAnswer } from '../wire/messages.ts';

/** Signs the requests that the worker at the other end of `port` asks for. Answers every question. */
export function answerWorker(port: MessagePort, source: TokenSource): void {
  let last: SignedRequest | undefined;
  port.onmessage = async ({ data }) => {
    const { url, status } = Object(data) as Question;
    try {
      // the source knows a request by the object that it has returned
      const signed = status === undefined ? await source.sign(url) : last && (await source.refused(last, status));
      last = signed ?? last;
      port.postMessage(signedAnswer(signed));
    } catch (error) {
      port.postMessage(failedAnswer(error));
    }
  };
  port.postMessage(HERE);
}
