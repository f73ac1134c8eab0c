import { PageConnection } from './page-connection.ts';
import { within } from './within.ts';
import { openPages } from './worker-scope.ts';

/** A page that hands out tokens may still be loading its scripts. */
const searchTimeoutMs = 10_000;
/** The interval in which pages are asked. For so long the page of the request is asked alone. */
const greetingIntervalMs = 1000;
/** The interval where the page of the request is not known: there is none to wait for. */
const hurriedIntervalMs = 100;

/** Looks for a page that hands out tokens: that of the request, or any other of this origin. */
export class PageSearch {
  readonly #onConnected: () => void;
  readonly #first: Promise<PageConnection>;
  #settleFirst!: (connection: PageConnection) => void;
  /** One is found, or none in time. */
  #isOver = false;

  /** @param onConnected a page hands out tokens, be it too late for this search */
  constructor(onConnected: () => void) {
    this.#onConnected = onConnected;
    this.#first = new Promise((resolve) => (this.#settleFirst = resolve));
  }

  /** @returns `undefined` if there is none. @throws the reason of `signal` */
  async find(clientId: string, signal: AbortSignal | undefined): Promise<PageConnection | undefined> {
    const giveUpAt = performance.now() + searchTimeoutMs;
    // a Web Worker is a client, too, and hands nothing out
    const own = (await openPages()).find(({ id }) => id === clientId);
    const intervalMs = own ? greetingIntervalMs : hurriedIntervalMs;
    if (own) this.#greet(own);
    let found = await within(intervalMs, this.#first);
    while (!found && performance.now() <= giveUpAt && !signal?.aborted) {
      // the own one again, too: it may not have listened before
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
