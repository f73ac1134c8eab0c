import type { SignedRequest, TokenSource } from 'secure-token-core';
import { SecureTokenError, isSecureTokenError } from 'secure-token-core';
import { postableError, postableRequest } from '../wire/posted-values.ts';
import type { PostedAnswer, Question } from '../wire/protocol.ts';
import { parseQuestion, words } from '../wire/protocol.ts';

/** Signs the requests that the worker at the other end of `port` asks for. Answers every question. */
export function answerWorker(port: MessagePort, source: TokenSource): void {
  let last: SignedRequest | undefined;

  const signedFor = async (question: Question | undefined): Promise<SignedRequest | undefined> => {
    if (question && 'url' in question) return source.sign(question.url);
    if (question && last) return source.refused(last, question.status);
    throw new SecureTokenError(
      'ERR_SIGNING_RESPONSE',
      'The token worker asked this page in an unknown form. Load the same version of the page and the worker.',
    );
  };
  const answer = async (question: Question | undefined): Promise<PostedAnswer> => {
    try {
      const signed = await signedFor(question);
      last = signed ?? last;
      return { signed: signed && postableRequest(signed) };
    } catch (error) {
      const known = isSecureTokenError(error)
        ? error
        : new SecureTokenError(
            'ERR_SIGNING_UNAVAILABLE',
            'The token source of this page failed. Look at its tokenerror event.',
          );
      return { error: postableError(known) };
    }
  };

  port.onmessage = async ({ data }) => port.postMessage(await answer(parseQuestion(data)));
  port.postMessage(words.connected);
}
