import { PageConnection } from './page-connection.ts';
import { within } from './within.ts';
import { openPages } from './worker-scope.ts';

/** The longest search for a page that hands out tokens: the page may still be loading its scripts. */
const searchTimeoutMs = 10_000;
/** The interval at which the worker asks pages. For the first interval it asks only the page of the request. */
const greetingIntervalMs = 1000;
/** The interval if the page of the request is not known: then there is no page to wait for. */
const hurriedIntervalMs = 100;

/** The search for a page that hands out tokens: the page of the request, or any other page of this origin. */
export class PageSearch {
  readonly #onConnected: () => void;
  readonly #first: Promise<PageConnection>;
  #settleFirst!: (connection: PageConnection) => void;
  /** Whether a page was found, or the time is up. */
  #isOver = false;

  /** @param onConnected called when a page hands out tokens, even if too late for this search */
  constructor(onConnected: () => void) {
    this.#onConnected = onConnected;
    this.#first = new Promise((resolve) => (this.#settleFirst = resolve));
  }

  /** @returns `undefined` if there is none. @throws the reason of `signal` */
  async find(clientId: string, signal: AbortSignal | undefined): Promise<PageConnection | undefined> {
    const giveUpAt = performance.now() + searchTimeoutMs;
    // `clientId` may be that of a Web Worker, which hands out no tokens
    const own = (await openPages()).find(({ id }) => id === clientId);
    const intervalMs = own ? greetingIntervalMs : hurriedIntervalMs;
    if (own) this.#greet(own);
    let found = await within(intervalMs, this.#first);
    while (!found && performance.now() <= giveUpAt && !signal?.aborted) {
      // greets the page of the request again, too: it may not have listened before
      (await openPages()).forEach((page) => this.#greet(page));
      found = await within(intervalMs, this.#first);
    }
    this.#isOver = true;
    if (signal?.aborted) found?.close();
    signal?.throwIfAborted();
    return found;
  }

  #greet(page: Parameters<typeof PageConnection.greet>[0]): void {
    PageConnection.greet(page, (connection) => {
      this.#onConnected();
      if (this.#isOver) connection.close();
      this.#isOver = true;
      this.#settleFirst(connection);
    });
  }
}
