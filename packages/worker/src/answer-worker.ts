import type { SecureTokenErrorCode, SignedRequest, TokenSource } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';

/** What a page answers the worker. */
export interface PageAnswer {
  readonly signed?: SignedRequest | undefined;
  readonly error?: { readonly code: SecureTokenErrorCode; readonly message: string };
}

/** A worker's question: a URL to sign, or the status with which the last one was refused. */
interface Question {
  readonly url?: string;
  readonly status: number;
}

/** Signs in this page what the worker at the other end of `port` asks for. */
export function answerWorker(port: MessagePort, source: TokenSource): void {
  let last: SignedRequest | undefined;
  const sign = async ({ url, status }: Question): Promise<PageAnswer> => {
    try {
      const signed = url ? await source.sign(url) : await source.refused(last!, status);
      last = signed ?? last;
      return { signed };
    } catch (error) {
      const { code, message } = isSecureTokenError(error)
        ? error
        : { code: 'ERR_SIGNING_UNAVAILABLE' as const, message: String(error) };
      return { error: { code, message } };
    }
  };
  port.onmessage = async ({ data }) => port.postMessage(await sign(data as Question));
  port.postMessage('here');
}
