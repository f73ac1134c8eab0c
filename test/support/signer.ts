import { setTimeout as delay } from 'node:timers/promises';
import type { SigningEndpointOptions, TokenFormat } from '../../packages/server/src/index.ts';
import { createSigningEndpoint } from '../../packages/server/src/index.ts';
import { listen } from './listen.ts';
import type { Carrier } from './token-formats.ts';
import { tokenCookies, tokenFormat } from './token-formats.ts';

/** Settings that can be changed while the signing endpoint runs. */
export interface SignerSettings {
  /** Secrets, of which the first one signs. */
  secrets: readonly string[];
  /** Lifetime of a token in seconds. */
  ttl: number;
  /** Lifetimes of the carriers that differ from `ttl`. */
  ttlOf: Partial<Record<Carrier, number>>;
  /** Seconds by which the verifiers take a token longer than players are told that it lives. @default TRANSIT */
  transit: number;
  /** Seconds by which the endpoint's clock is ahead of the machine's. */
  clockOffset: number;
  /** Seconds before an answer. */
  delay: number;
  /** Answers wait for this. */
  held: Promise<void> | undefined;
  /** Answers every call with this status, such as 503; 0 is off. */
  failWith: number;
  /** URLs this viewer may not have; all of them: `() => true`. */
  denies: (url: string) => boolean;
}

export interface SignerCall {
  readonly at: number;
  readonly carrier: Carrier;
  readonly urls: readonly string[];
  readonly reason: string;
  /** Status; 0 until it is known. */
  readonly status: number;
}

export interface Signer extends SignerSettings {
  /** Returns the URL at which players of this carrier ask. */
  endpoint(carrier: Carrier): string;
  /** Calls without preflights, in order of arrival. */
  readonly calls: readonly SignerCall[];
  /** Closes the endpoint: connections are refused until `reopen()`. */
  close(): Promise<void>;
  reopen(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Seconds for which a request that left in time may be under way on a busy machine. No `transit` is given where it is
 * the subject that the edge refuses what has expired.
 */
export const TRANSIT = 5;

const defaults: Omit<SignerSettings, 'secrets'> = {
  ttl: 60,
  ttlOf: {},
  transit: TRANSIT,
  clockOffset: 0,
  delay: 0,
  held: undefined,
  failWith: 0,
  denies: () => false,
};

/** The signing endpoint on a port of its own: one path a carrier. */
export async function startSigner(options: {
  /** Origins whose URLs are signed. */
  allow: string;
  /** Origin of the pages that may ask. */
  page: string;
  settings: Partial<SignerSettings> & Pick<SignerSettings, 'secrets'>;
  expand?: SigningEndpointOptions['expand'];
}): Promise<Signer> {
  const signer = { ...defaults, ...options.settings };
  const calls: (SignerCall & { status: number })[] = [];

  const answer = async (request: Request, carrier: Carrier): Promise<Response> => {
    const ttl = signer.ttlOf[carrier] ?? signer.ttl;
    const endpoint = createSigningEndpoint({
      format: () => withTransit(tokenFormat(carrier, signer.secrets), signer.transit),
      authorize: (_, urls) => ({ ttl, denied: urls.filter((url) => signer.denies(url)) }),
      allow: `${options.allow}/`,
      ttl,
      cors: { origins: [options.page], credentials: true },
      clock: () => Date.now() + signer.clockOffset * 1000,
      ...(options.expand !== undefined && { expand: options.expand }),
    });
    if (request.method === 'OPTIONS') return endpoint(request);
    const { urls, reason } = (await request.clone().json()) as { urls: string[]; reason: string };
    const call = { at: Date.now(), carrier, urls, reason, status: signer.failWith };
    calls.push(call);
    if (signer.delay) await delay(signer.delay * 1000);
    await signer.held;
    if (signer.failWith) {
      return new Response(null, {
        status: signer.failWith,
        headers: { 'Access-Control-Allow-Origin': options.page, 'Access-Control-Allow-Credentials': 'true' },
      });
    }
    const response = await endpoint(request);
    call.status = response.status;
    if (carrier === 'cookie' && response.ok) await setCookies(response, signer.secrets[0]!, signer.transit);
    return response;
  };

  const server = await listen((request) => answer(request, new URL(request.url).pathname.slice(1) as Carrier));
  return Object.assign(signer, {
    endpoint: (carrier: Carrier) => `${server.origin}/${carrier}`,
    calls,
    close: () => server.close(),
    reopen: () => server.reopen(),
    stop: () => server.close(),
  });
}

/** `format`, whose tokens live so many seconds longer than they say. */
export const withTransit = <Format extends TokenFormat>(format: Format, seconds: number): Format => ({
  ...format,
  sign: async (url, expires) => ({ ...(await format.sign(url, expires + seconds)), expires }),
});

async function setCookies(response: Response, secret: string, transit: number): Promise<void> {
  const { tokens } = (await response.clone().json()) as { tokens: { prefix: string; expires: number }[] };
  for (const { prefix, expires } of tokens) {
    for (const cookie of tokenCookies(secret, new URL(prefix).pathname, expires + transit))
      response.headers.append('Set-Cookie', cookie);
  }
}
