import type { TokenFormat } from 'secure-token-server';
import { recognise } from '../format/recognise.ts';
import type { Recognised } from '../format/recognise.ts';
import { withoutParameters, withoutTokenOf } from '../format/token-text.ts';
import { webUrl } from '../web-url.ts';
import { askChildren } from './ask/ask-children.ts';
import { askEdge, askWithoutToken } from './ask/ask-edge.ts';
import { askEndpoint } from './ask/ask-endpoint.ts';
import { Asker } from './ask/asker.ts';
import type { AskerOptions, Step } from './ask/asker.ts';
import { EndpointCalls } from './ask/endpoint-calls.ts';
import { passOfUrl } from './ask/pass.ts';
import type { Pass } from './ask/pass.ts';
import { endpointSigner, ends, hasExpired, isGenuine, ownSigner, passThatEnds, secretSigner } from './ask/signers.ts';
import { playInBrowser } from './browser/play-in-browser.ts';
import { diagnose, exitStatus } from './diagnose.ts';
import type { Finding } from './finding.ts';
import { notTried } from './not-tried.ts';
import { isAnswer } from './observations.ts';
import type { EdgeObservations, Observations, Page } from './observations.ts';
import { isServed } from './rules/answers.ts';
import { signsAnything } from './rules/endpoint-rules.ts';
import { isPrivateHost } from './rules/private-host.ts';
import { shown } from './rules/shown.ts';

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
  /** Also plays the URL with hls.js in a Chromium, if `playwright-core` and a Chromium are installed. @default false */
  readonly browser?: boolean;
  readonly limits?: Pick<AskerOptions, 'requests' | 'totalMs' | 'eachMs'>;
  readonly onStep?: (step: Step) => void;
}

export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** The number of requests that were sent. */
  readonly asked: number;
  readonly status: 0 | 1 | 2;
  /** Checks that could not be tried, in one sentence each, with the option that each check needs. */
  readonly notTried: readonly string[];
}

/**
 * Requests `url` as a browser would, and reports what is wrong.
 *
 * @throws `ERR_OPTIONS` if `url`, `endpoint` or `page` is not an absolute http or https URL
 */
export async function examine(options: DoctorOptions): Promise<Diagnosis> {
  for (const name of ['url', 'endpoint', 'page'] as const) if (options[name] !== undefined) webUrl(name, options[name]);
  const { endpoint, limits, onStep } = options;
  const headers = inLowerCase(options.headers);
  const asker = new Asker({ ...limits, ...(onStep && { onStep }) });
  const page = pageOf(options);
  const makes = options.format;
  const formatFor = async (url: string): Promise<TokenFormat | undefined> =>
    typeof makes === 'function' ? makes(url) : makes;
  const given = await tokenIn(options.url, { formatFor, mayBeUnknown: !endpoint && !makes });
  const { bare } = given;

  const withoutToken = await askWithoutToken(asker, bare, page.origin);
  const calls = endpoint === undefined ? undefined : new EndpointCalls(endpoint, page.origin, headers);
  const isCrossOrigin = calls !== undefined && new URL(calls.url).origin !== page.origin;
  const examined = calls && (await askEndpoint(bare, { calls, asker, isCrossOrigin }));

  const format = await formatFor(examined?.pass?.url ?? given.url);
  const own = calls ? undefined : ownPass(given, headers);
  const ofEndpoint =
    calls &&
    examined?.pass &&
    endpointSigner(calls, {
      asker,
      origin: new URL(bare).origin,
      signsAnything: signsAnything(examined.observations),
    });
  const signer = ofEndpoint ?? (format ? secretSigner(format) : undefined);
  const good = examined?.pass ?? (own && !given.hasExpired ? own : (await signer?.sign([bare]))?.[0]);
  const expired = format ? await passThatEnds(format, bare, ends.anHourAgo) : given.hasExpired ? own : undefined;
  const source = good === own ? 'the token of the URL' : (signer?.source ?? '');
  const reached = isAnswer(withoutToken);
  const subject = {
    ...{ url: bare, origin: page.origin, withoutToken, good, source, expired, signer },
    isGenuine: format && examined?.pass && (await isGenuine(format, examined.pass)),
    isSignedHere: format !== undefined && examined?.pass === undefined && good !== own,
    passThatEnds: async (end: number) => (format ? passThatEnds(format, bare, end) : undefined),
  };
  const edge: EdgeObservations = reached
    ? await askEdge(asker, subject)
    : {
        url: shown(new URL(bare)),
        travel: { headers: [], cookies: false },
        source,
        ...(withoutToken && { withoutToken }),
      };

  const parameters = good ? addedParameters(good.url, bare) : [];
  const playlist = [edge.good, edge.withoutToken].find(isServed)?.body;
  const asking = signer ?? (own && ownSigner(own, given));
  const below =
    playlist === undefined
      ? undefined
      : await askChildren({
          asker,
          loadedFrom: isServed(edge.good) && good ? good.url : bare,
          text: playlist,
          origin: page.origin,
          ...(asking && { signer: asking }),
          isPrivate: isPrivateHost(new URL(bare).hostname),
          bareOf: (url) => bareUrl(url, { good, parameters, format }),
        });
  const playable = endpoint === undefined && !isServed(withoutToken) ? urlThatChildrenInherit(good, bare) : bare;
  const browser = options.browser
    ? await playInBrowser({
        ...{ url: playable ?? bare, endpoint, headers, areChildrenSigned: playable !== undefined },
        page: options.page ?? `${page.origin}/`,
      })
    : undefined;
  const observations: Observations = {
    page,
    patience: asker.patience,
    edge: {
      ...edge,
      ...(below?.range && { range: below.range }),
      ...(below?.haveTokens && { hasTokensInPlaylist: true }),
    },
    children: below?.children ?? [],
    ...(examined && { endpoint: examined.observations }),
    ...(browser && { browser }),
  };
  const findings = diagnose(observations);
  return {
    findings,
    asked: asker.asked,
    status: exitStatus(findings, observations),
    notTried: notTried({
      observations,
      hasEndpoint: calls !== undefined,
      hasSecret: options.format !== undefined,
      ranOut: asker.ranOut,
      hasPrivate: below?.hasPrivate === true,
    }),
  };
}

/** Returns the page. If no page is named, it is most likely on the origin of the endpoint. */
function pageOf({ page, endpoint }: DoctorOptions): Page {
  if (page !== undefined) return { origin: new URL(page).origin, isAssumed: false };
  return { origin: endpoint === undefined ? 'https://player.example' : new URL(endpoint).origin, isAssumed: true };
}

/** A URL, and the token with which it was given. */
interface Given {
  readonly url: string;
  readonly bare: string;
  readonly hasExpired: boolean;
  readonly recognised: Recognised | undefined;
}

interface TokenSearch {
  readonly formatFor: (url: string) => Promise<TokenFormat | undefined>;
  /** Whether an unknown query may be the token, because there is no other source of tokens. */
  readonly mayBeUnknown: boolean;
}

async function tokenIn(text: string, { formatFor, mayBeUnknown }: TokenSearch): Promise<Given> {
  const { origin, pathname, search } = new URL(text);
  const url = origin + pathname + search;
  const recognised = await recognise(url);
  const { expires = Infinity } = recognised ?? {};
  if (recognised) return { url, bare: recognised.bare, hasExpired: expires < Date.now() / 1000, recognised };
  const format = await formatFor(url);
  const bare = format ? withoutTokenOf(format, url) : mayBeUnknown ? origin + pathname : url;
  return { url, bare, hasExpired: bare !== url && (await hasExpired(format, url)), recognised };
}

/** Returns the token of the URL, or a token in the given headers. */
function ownPass({ url, bare }: Given, headers: Readonly<Record<string, string>>): Pass | undefined {
  const names = Object.keys(headers);
  if (url === bare && names.length === 0) return undefined;
  const pass = passOfUrl(url, bare);
  const travel = { headers: names.filter((name) => name !== 'cookie'), cookies: names.includes('cookie') };
  return { ...pass, headers, values: [...pass.values, ...Object.values(headers)], travel };
}

const inLowerCase = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Returns the names of the parameters that a token has added. */
function addedParameters(signed: string, bare: string): string[] {
  const own = new URL(bare).searchParams;
  return [...new URL(signed).searchParams.keys()].filter((name) => !own.has(name));
}

/**
 * Returns the URL with its token in the path, which the URLs of a playlist inherit; `undefined` if the token travels
 * elsewhere.
 */
function urlThatChildrenInherit(good: Pass | undefined, bare: string): string | undefined {
  const isInPath = good !== undefined && new URL(good.url).pathname !== new URL(bare).pathname;
  return isInPath ? good.url : undefined;
}

interface PlaylistToken {
  readonly good: Pass | undefined;
  /** The parameters of the query that the token has added. */
  readonly parameters: readonly string[];
  readonly format: TokenFormat | undefined;
}

/** Returns a URL of a playlist without the token that it inherits or contains. */
async function bareUrl(url: string, { good, parameters, format }: PlaylistToken): Promise<string> {
  const { base, prefix } = good?.moved ?? {};
  if (base !== undefined && prefix !== undefined && url.startsWith(base)) return prefix + url.slice(base.length);
  const recognised = await recognise(url);
  if (recognised) return recognised.bare;
  return withoutParameters(new URL(format ? withoutTokenOf(format, url) : url), parameters);
}
