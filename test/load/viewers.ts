import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as after } from 'node:timers/promises';
import { segment } from './film-origin.ts';

/** Seconds after which a request counts as one that never ends: a busy machine serves 2,000 attackers first. */
const patience = 120;

/** Viewers who play: each asks for tokens, then for a playlist and a segment, again and again. */
export class Viewers {
  /** Reasons why requests have failed. */
  readonly failures: string[] = [];
  requests = 0;
  readonly #hosts: { readonly port: number; readonly origin: string };
  readonly #playing: Promise<void>[];
  #isOver = false;

  constructor(count: number, hosts: { port: number; origin: string }) {
    this.#hosts = hosts;
    this.#playing = Array.from({ length: count }, (_, viewer) => this.#play(viewer));
  }

  /** Ends when the last requests have their answers. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#playing);
  }

  async #play(viewer: number): Promise<void> {
    // as browsers do; every other viewer comes anew for each request
    const agent = new Agent({ keepAlive: viewer % 2 === 0, maxSockets: 6 });
    const localAddress = `127.2.0.${viewer + 1}`;
    const urls = ['index.m3u8', `seg-${viewer % 20}.ts`].map((name) => `${this.#hosts.origin}/vod/${name}`);
    while (!this.#isOver) {
      try {
        const answer = await this.#ask('/token', { agent, localAddress, body: JSON.stringify({ urls }) });
        const { tokens } = JSON.parse(answer.toString()) as {
          tokens: { url: string; query: Record<string, string> }[];
        };
        for (const asked of urls) {
          const query = new URLSearchParams(tokens.find(({ url }) => url === asked)?.query);
          const got = await this.#ask(`${new URL(asked).pathname}?${query}`, { agent, localAddress });
          if (asked.endsWith('.ts') && !got.equals(segment)) throw new Error(`${asked} is not what the origin has`);
        }
      } catch (error) {
        this.failures.push(String(error));
      }
      await after(500 + 1000 * Math.random());
    }
    agent.destroy();
  }

  #ask(path: string, { body, ...from }: { agent: Agent; localAddress: string; body?: string }): Promise<Buffer> {
    this.requests++;
    const sending = body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    const signal = AbortSignal.timeout(patience * 1000);
    return answerTo(() =>
      httpRequest({ host: '127.0.0.1', port: this.#hosts.port, path, ...from, ...sending, signal }).end(body),
    );
  }
}

/**
 * Tries of one request: as many as hls.js makes for a media playlist (`errorRetry.maxNumRetry` 2), the fewest of what
 * it loads again and again. When the origin stalls while the server is full, the server works for everybody, and ends
 * the connection for which it has worked longest: whoever asks again is then served.
 */
const tries = 3;

async function answerTo(ask: () => ClientRequest, left = tries - 1): Promise<Buffer> {
  const request = ask();
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const content = await buffer(response);
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
    return content;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (left === 0 || code !== 'ECONNRESET')
      throw new Error(`${request.path.split('?')[0]}: ${String(error)}`, { cause: error });
    // A server may close an idle connection just when somebody asks over it; browsers then ask again over a new one
    // (RFC 9112 section 9.3.1). A player waits for a second.
    if (!request.reusedSocket) await after(1000);
    return answerTo(ask, left - 1);
  }
}
