import type { TokenRequest } from '../../packages/core/src/index.ts';
import type { Plan } from './simulator-plan.ts';
import type { Random } from './simulator-random.ts';
import { hash } from './simulator-random.ts';
import type { CallWatch, WatchedCall } from './simulator-calls.ts';
import type { Mint, Minted } from './simulator-tokens.ts';
import type { World } from './simulator-world.ts';
import { SECRET } from './simulator-world.ts';

/** The default of the core; seconds. */
const BACKOFF_LIMIT = 30;

/** Answers of which none is a list of tokens. */
const GARBAGE: readonly unknown[] = [
  `<html>${SECRET}-html</html>`,
  '',
  'null',
  { tokens: `${SECRET}-text` },
  { tokens: [{ prefix: 'https://cdn.test/vod/', expires: 'soon', query: { st: `${SECRET}-late` } }] },
  { token: `${SECRET}-singular` },
];

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** The quality of the time that one answer tells. */
type Told = { readonly isWrong: boolean; readonly isExact: boolean } | undefined;

/** The signing endpoint, with its faults. */
export class Endpoint {
  /** Second of the run until which those may stay away who were told to wait. */
  retryUntil = 0;
  /** Second of the run until which those may stay away who were told a pause too long to wait for. */
  blockedUntil = 0;
  hasDenied = false;
  /** Whether a right clock is known to the source of today. */
  isTimeKnown = false;
  /** Whether the time that was told last is wrong. */
  isTimeWrong = false;
  /** Whether the source of today has been told the time. */
  isTimeTold = false;
  readonly #plan: Plan;
  readonly #world: World;
  readonly #mint: Mint;
  readonly #random: Random;

  constructor(plan: Plan, world: World, mint: Mint, random: Random) {
    this.#plan = plan;
    this.#world = world;
    this.#mint = mint;
    this.#random = random;
  }

  /** Makes the option `fetch`. @param watch of the source that calls */
  fetchFor =
    (watch: CallWatch) =>
    async (_: unknown, init: RequestInit = {}): Promise<Response> => {
      const wanted = JSON.parse(init.body as string) as TokenRequest;
      const { status, headers, body } = await this.#answer(watch, { ...wanted, signal: init.signal! });
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      // a real one takes its time to read its body, and not always the same
      const response = { ok: status === 200, status, headers: new Headers(headers), text: async () => text };
      return response as Response;
    };

  /** Makes the option `getTokens`. */
  tokensFor =
    (watch: CallWatch) =>
    async (request: TokenRequest): Promise<never> => {
      const { status, headers, body } = await this.#answer(watch, request);
      if (status !== 200) throw Object.assign(Error('no'), { status, headers: new Headers(headers) });
      return body as never;
    };

  async #answer(watch: CallWatch, request: TokenRequest): Promise<Reply> {
    const call = watch.begins(request);
    request.signal.addEventListener('abort', () => watch.ends(call, 'aborted'));
    const reply = await this.#replyTo(call);
    watch.ends(call, `${reply.status}`);
    return reply;
  }

  async #replyTo(call: WatchedCall): Promise<Reply> {
    const world = this.#world;
    const latency = world.fault('slow') ? this.#random.between(1, 12) : this.#random.between(0.02, 0.4);
    await world.pause(latency / 2);
    const down = world.fault('drops', 'offline');
    if (down || !world.isOnline) {
      call.end('dropped');
      throw new TypeError('network');
    }
    if (world.fault('hangs')) return new Promise(() => undefined);
    const failure = this.#failure();
    if (!failure) {
      const { reply, minted, told, denied } = this.#tokens(call.urls);
      await world.pause(latency / 2);
      this.#delivered(call, minted, told);
      this.#denies(call, denied, false);
      return reply;
    }
    await world.pause(latency / 2);
    // one that names what may not exist yet is sent once more without that
    const isFinal = (failure.status === 401 || failure.status === 403) && call.predicted.size === 0;
    if (isFinal) this.#denies(call, call.urls, true);
    const after = Number(failure.headers['retry-after'] ?? 0);
    // an audience that was told one moment comes back spread over the limit, or over half of it
    const back = after === 0 ? 0 : world.now() + after + (after > BACKOFF_LIMIT ? BACKOFF_LIMIT : BACKOFF_LIMIT / 2);
    this.retryUntil = Math.max(this.retryUntil, back);
    if (after > BACKOFF_LIMIT) this.blockedUntil = Math.max(this.blockedUntil, back);
    return failure;
  }

  #failure(): Reply | undefined {
    const world = this.#world;
    const random = this.#random;
    const limited = world.fault('limited');
    const reply = (status: number, headers = {}): Reply => ({ status, headers, body: '{"title":"no"}' });
    if (limited) {
      // with a pause, a long one, or none
      const after = limited.degree < 0.4 ? {} : { 'retry-after': `${random.whole(1, limited.degree < 0.9 ? 20 : 90)}` };
      return reply(429, after);
    }
    if (world.fault('fails with 500')) return reply(500);
    if (world.fault('fails with 503')) return reply(503, random.chance(0.3) ? { 'retry-after': '5' } : {});
    const denial = world.fault('denies the viewer');
    if (denial) return reply(denial.degree < 0.5 ? 401 : 403);
    if (world.fault('garbage')) return { status: 200, headers: {}, body: random.pick(GARBAGE) };
    return undefined;
  }

  #tokens(urls: readonly string[]): { reply: Reply; minted: Minted[]; told: Told; denied: string[] } {
    const world = this.#world;
    const { lifetime, tells } = this.#plan;
    const denies = world.fault('denies some URLs');
    const isDenied = (url: string): boolean => !!denies && hash(url) % 100 < denies.degree * 60;
    const denied = urls.filter(isDenied);
    const dead = world.fault('dead tokens');
    const wrong = world.fault('tells a wrong time');
    const age = dead ? 1 + dead.degree * 100 : -lifetime;
    const good = urls.filter((url) => !isDenied(url));
    const { tokens, minted } = good.length > 0 ? this.#mint.make(good, age, !!world.fault('forged tokens')) : NOTHING;
    // for an origin that nobody has named: must be dropped
    const foreign = { prefix: 'https://evil.test/vod/', expires: world.unix() + 60, query: { st: `${SECRET}-evil` } };
    const time = world.unix() + (wrong ? (wrong.degree - 0.5) * 7200 : 0);
    const isTold = tells !== 'never' && !world.fault('tells no time');
    const body = {
      tokens: this.#random.chance(0.03) ? [...tokens, foreign] : tokens,
      ...(denied.length > 0 && { denied }),
      ...(isTold && tells === 'now' && { now: time }),
    };
    const headers: Record<string, string> =
      isTold && tells === 'date' ? { date: new Date(time * 1000).toUTCString() } : {};
    // a `Date` counts whole seconds only
    const told = isTold ? { isWrong: !!wrong, isExact: tells === 'now' } : undefined;
    return { reply: { status: 200, headers, body }, minted, told, denied };
  }

  #denies(call: WatchedCall, urls: readonly string[], isWholeCall: boolean): void {
    if (call.isOver || urls.length === 0) return;
    this.hasDenied = true;
    call.denies(urls, isWholeCall);
  }

  #delivered(call: WatchedCall, minted: readonly Minted[], told: Told): void {
    if (call.isOver) return;
    if (told) {
      this.isTimeTold = true;
      this.isTimeWrong = told.isWrong;
      this.isTimeKnown = !told.isWrong && told.isExact;
    }
    for (const made of minted) made.deliveredAt = this.#world.now();
    if (minted.length > 0) call.brings();
  }
}

const NOTHING: ReturnType<Mint['make']> = { tokens: [], minted: [] };
