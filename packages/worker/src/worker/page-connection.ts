import { SecureTokenError } from 'secure-token-core';
import type { Answer, Question } from '../wire/protocol.ts';
import { isConnected, parseAnswer, words } from '../wire/protocol.ts';
import type { WorkerClient } from './worker-scope.ts';
import { openPages } from './worker-scope.ts';

/** The interval at which the worker checks whether a page that owes an answer is still there. */
const pageCheckIntervalMs = 1000;
/**
 * Greetings in a row that a page leaves unanswered before the worker asks another page. The worker counts greetings
 * instead of seconds, because after a sleep it would find every page late. A page with throttled timers answers at
 * once; a page that the browser has frozen never answers.
 */
const unansweredGreetings = 5;

/** The error for a page that was closed, left or frozen before it answered. */
export class PageClosed extends SecureTokenError {
  constructor() {
    super(
      'ERR_SIGNING_UNAVAILABLE',
      'The page that hands out tokens was closed or frozen before it answered. Keep such a page open.',
    );
  }
}

/** The worker's end of a channel to a page that hands out tokens. */
export class PageConnection {
  readonly #port: MessagePort;
  readonly pageId: string;

  private constructor(port: MessagePort, pageId: string) {
    this.#port = port;
    this.pageId = pageId;
  }

  /**
   * Asks `page` whether it hands out tokens.
   * @param onConnected called if it does. A page without tokens, or one that is still loading its scripts, does not
   *   answer
   */
  static greet(page: WorkerClient, onConnected: (connection: PageConnection) => void): void {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if (isConnected(data)) onConnected(new PageConnection(port1, page.id));
    };
    page.postMessage({ secureToken: words.connect }, [port2]);
  }

  /**
   * Asks the page `question`. There may be only one question at a time.
   * @throws `PageClosed`; the reason of `signal`
   */
  ask(question: Question, signal: AbortSignal | undefined): Promise<Answer> {
    const waiting = new AbortController();
    const answered = new Promise<Answer>((resolve, reject) => {
      const stop = (): void => reject(signal!.reason as Error);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop, { signal: waiting.signal });
      this.#port.onmessage = ({ data }) => resolve(parseAnswer(data) ?? { error: notUnderstood() });
      // a closed or frozen page breaks the channel without an event, and a page that works may take long to answer
      let unanswered = 0;
      const checkPage = async (): Promise<void> => {
        const page = (await openPages()).find(({ id }) => id === this.pageId);
        if (!page || unanswered === unansweredGreetings) {
          reject(new PageClosed());
          return;
        }
        unanswered++;
        PageConnection.greet(page, (connection) => {
          unanswered = 0;
          connection.close();
        });
      };
      const timer = setInterval(() => void checkPage().catch(reject), pageCheckIntervalMs);
      waiting.signal.addEventListener('abort', () => clearInterval(timer));
      this.#port.postMessage(question);
    });
    return answered.finally(() => waiting.abort());
  }

  close(): void {
    this.#port.close();
  }
}

function notUnderstood(): SecureTokenError {
  return new SecureTokenError(
    'ERR_SIGNING_RESPONSE',
    'The page answered the token worker in an unknown form. Load the same version of the page and the worker.',
  );
}
