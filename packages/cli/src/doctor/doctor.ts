import type { TokenFormat } from 'secure-token-server';
import { Asker } from '../asker.ts';
import type { Step } from '../asker.ts';
import { webUrl } from '../call-arguments.ts';
import { recognise } from '../format/recognise.ts';
import { withoutParameters, withoutTokenOf } from '../format/token-text.ts';
import { askChildren } from './ask/ask-children.ts';
import { askEdge } from './ask/ask-edge.ts';
import { askEndpoint } from './ask/ask-endpoint.ts';
import { passOfUrl } from './ask/pass.ts';
import type { Pass } from './ask/pass.ts';
import { ends, judged, ownSigner, passThatEnds, secretSigner } from './ask/signers.ts';
import type { Finding } from './codes.ts';
import { diagnose, exitStatus, notTried } from './diagnose.ts';
import { isServed } from './observations.ts';
import type { Page } from './observations.ts';

export interface DoctorOptions {
  /** The absolute URL, with or without a token. */
  readonly url: string;
  /** The signing endpoint. */
  readonly endpoint?: string;
  /** The page that plays. @default the origin of the endpoint, or else a made-up origin */
  readonly page?: string;
  /** Headers that the player adds to calls of the endpoint; without an endpoint, to every request for the content. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The format with its secret, which signs the tokens that the doctor needs. A function gets a signed URL, if there is
   * one, and returns the format of its token.
   */
  readonly format?: TokenFormat | ((url: string) => Promise<TokenFormat | undefined>);
  /** Called after each request. */
  readonly onStep?: (step: Step) => unknown;
}

export interface Diagnosis {
  /** Causes come before their effects. */
  readonly findings: readonly Finding[];
  /** The number of requests that were sent. */
  readonly asked: number;
  /** 0: nothing but notes; 1: an error or a warning; 2: neither edge nor endpoint has answered. */
  readonly status: 0 | 1 | 2;
  /** Checks that could not be tried, in one sentence each, with the option that each check needs. */
  readonly notTried: readonly string[];
}

/**
 * Requests `url` as a browser would, and reports what is wrong. Sends at most 40 requests, and ends within ten seconds.
 *
 * @throws `ERR_OPTIONS` if `url`, `endpoint` or `page` is not an absolute http or https URL
 */
export async function examine(options: DoctorOptions): Promise<Diagnosis> {
  for (const name of ['url', 'endpoint', 'page'] as const) if (options[name] !== undefined) webUrl(name, options[name]);
  const { endpoint, onStep, format: makes } = options;
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const asker = new Asker(onStep && { onStep });
  const page = pageOf(options);
  const { origin } = page;
  const formatFor: FormatFor = async (url) => (typeof makes === 'function' ? makes(url) : makes);
  const given = await tokenIn(options.url, formatFor, { mayBeUnknown: !endpoint && !makes });
  const { bare } = given;

  const called = endpoint === undefined ? undefined : await askEndpoint(asker, bare, { endpoint, origin, headers });
  const format = await formatFor(called?.pass?.url ?? given.url);
  const isOwn = !called && (given.url !== bare || Object.keys(headers).length > 0);
  const own = isOwn ? passOfUrl(given.url, bare, 'the token of the URL', headers) : undefined;
  const signer = called?.signer ?? (format && secretSigner(format));
  const good = called?.pass ?? (given.hasExpired ? undefined : own) ?? (await signer?.sign([bare]))?.[0];
  const ownExpired = given.hasExpired ? own : undefined;
  const verdict = format && called?.pass && (await judged(format, called.pass));
  const edge = await askEdge(asker, {
    url: bare,
    origin,
    good,
    signer,
    expired: format ? await passThatEnds(format, bare, ends.anHourAgo) : ownExpired,
    isGenuine: verdict === undefined || verdict === 'expired' ? undefined : verdict === 'genuine',
    isSignedHere: format !== undefined && !called?.pass && good !== own,
    passThatEnds: async (end) => format && passThatEnds(format, bare, end),
  });

  const text = [edge.good, edge.withoutToken].find(isServed)?.body;
  const { children, hasPrivate } =
    text === undefined
      ? { children: [], hasPrivate: false }
      : await askChildren(asker, {
          text,
          origin,
          signer: signer ?? (own && ownSigner(own)),
          loadedFrom: isServed(edge.good) && good ? good.url : bare,
          bareOf: bareUrls(good, bare, format),
        });
  const observations = { page, edge, children, endpoint: called?.observations };
  const findings = diagnose(observations);
  return {
    findings,
    asked: asker.asked,
    status: exitStatus(findings, observations),
    notTried: notTried(observations, { hasSecret: makes !== undefined, ranOut: asker.ranOut, hasPrivate }),
  };
}

/** Returns the page. If no page is named, it is most likely on the origin of the endpoint. */
function pageOf({ page, endpoint }: DoctorOptions): Page {
  if (page !== undefined) return { origin: new URL(page).origin, isFrom: 'the caller' };
  if (endpoint !== undefined) return { origin: new URL(endpoint).origin, isFrom: 'the endpoint' };
  return { origin: 'https://player.example', isFrom: 'nobody' };
}

type FormatFor = (url: string) => Promise<TokenFormat | undefined>;

/** A URL, and the token with which it was given. */
interface Given {
  readonly url: string;
  readonly bare: string;
  readonly hasExpired: boolean;
}

/** @param mayBeUnknown whether an unknown query may be the token, because there is no other source of tokens */
async function tokenIn(
  text: string,
  formatFor: FormatFor,
  { mayBeUnknown }: { mayBeUnknown: boolean },
): Promise<Given> {
  const { origin, pathname, search } = new URL(text);
  const url = origin + pathname + search;
  const recognised = await recognise(url);
  if (recognised) {
    const { bare, expires = Infinity } = recognised;
    return { url, bare, hasExpired: expires < Date.now() / 1000 };
  }
  const format = await formatFor(url);
  if (!format) return { url, bare: mayBeUnknown ? origin + pathname : url, hasExpired: false };
  return {
    url,
    bare: withoutTokenOf(format, url),
    hasExpired: (await judged(format, { url, headers: {} })) === 'expired',
  };
}

/** Returns a function that takes off a token which a URL of a playlist inherits or contains. */
function bareUrls(good: Pass | undefined, bare: string, format: TokenFormat | undefined) {
  const own = new URL(bare).searchParams;
  const added = [...new URL(good?.url ?? bare).searchParams.keys()].filter((name) => !own.has(name));
  return async (url: string): Promise<string> => {
    const { from, to } = good?.moved ?? {};
    if (from !== undefined && to !== undefined && url.startsWith(to)) return from + url.slice(to.length);
    const recognised = await recognise(url);
    return recognised?.bare ?? withoutParameters(new URL(format ? withoutTokenOf(format, url) : url), added);
  };
}
