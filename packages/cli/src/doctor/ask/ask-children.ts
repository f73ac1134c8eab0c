import type { ChildObservations, Outcome } from '../observations.ts';
import { isServed } from '../rules/answers.ts';
import { isMixedContent } from '../rules/mixed-content.ts';
import { isPrivateHost } from '../rules/private-host.ts';
import { shown } from '../rules/shown.ts';
import type { Asker } from './asker.ts';
import { askRange } from './ask-edge.ts';
import { isHls, listedFiles } from './listed-files.ts';
import type { ListedFile } from './listed-files.ts';
import { passOfUrl } from './pass.ts';
import type { Pass } from './pass.ts';
import type { Signer } from './signers.ts';

export interface ChildrenSubject {
  readonly asker: Asker;
  /**
   * The URL from which the playlist was loaded, with its token: the files that the playlist lists may inherit the
   * token.
   */
  readonly loadedFrom: string;
  readonly text: string;
  readonly origin: string;
  readonly signer?: Signer;
  /** Whether the examined URL is in a private network: then its playlist may name files in such a network. */
  readonly isPrivate: boolean;
  /** Returns the URL without the token that is recognised in it; the URL itself if there is no token. */
  readonly bareOf: (url: string) => Promise<string>;
}

export interface ChildrenExamined {
  readonly children: readonly ChildObservations[];
  /** Whether the playlist, or one below it, names files with tokens. */
  readonly haveTokens: boolean;
  /** The answer to a range request for a segment. */
  readonly range: Outcome | undefined;
  /** Whether files were left out because they are on hosts of a private network and the playlist is not. */
  readonly hasPrivate: boolean;
}

/** The levels of playlists: a playlist that names playlists, and those. */
const LEVELS = 2;

/** The most characters of a URL that is requested: servers accept no longer URLs. */
const MAX_URL = 8192;

/** Tells whether a URL can be requested. The parser of manifests passes absolute URLs on as they are written. */
function isAskable(url: string): boolean {
  if (url.length > MAX_URL) return false;
  try {
    return /^https?:$/.test(new URL(url).protocol);
  } catch {
    return false;
  }
}

interface Child extends ListedFile {
  readonly bare: string;
  readonly good: Pass | undefined;
}

/** Requests one file of each kind that a playlist names, two levels down. */
export async function askChildren(subject: ChildrenSubject): Promise<ChildrenExamined> {
  const { asker, origin } = subject;
  const children: ChildObservations[] = [];
  let [haveTokens, hasPrivate, range]: [boolean, boolean, Outcome | undefined] = [false, false, undefined];
  let playlists = [{ text: subject.text, url: subject.loadedFrom }];
  for (let level = 0; level < LEVELS && playlists.length > 0; level++) {
    const listed = (await Promise.all(playlists.map(({ text, url }) => listedFiles(text, url)))).flat();
    const askable = listed.filter(({ url }) => isAskable(url));
    // a playlist on a public host must not send the doctor around its user's private network
    const allowed = askable.filter(({ url }) => subject.isPrivate || !isPrivateHost(new URL(url).hostname));
    hasPrivate ||= allowed.length < askable.length;
    const files = await signedFiles(distinct(allowed), subject);
    // the names in a playlist inherit a token in the playlist's path, so the queries alone are compared
    haveTokens ||= files.some(({ url, bare }) => new URL(url).search !== new URL(bare).search);
    const asked = await Promise.all(files.map(async (file) => ({ file, observed: await askChild(file, subject) })));
    children.push(...asked.map(({ observed }) => observed));
    playlists = asked.flatMap(({ file, observed: { good, withoutToken } }) => {
      const text = [good, withoutToken].find(isServed)?.body;
      // no playlist names a DASH manifest, and reading one takes a process of its own
      return text === undefined || !isHls(text) ? [] : { text, url: file.good?.url ?? file.url };
    });
    const segment = asked.find(({ file, observed }) => file.kind === 'segment' && isServed(observed.good));
    if (!range && segment?.file.good)
      range = await askRange(asker, segment.file.good, { origin, told: segment.observed.url });
  }
  return { children, haveTokens, range, hasPrivate };
}

/**
 * Returns files with their tokens: those that the playlist wrote, or new ones. Files of other origins get new tokens
 * only from a signer for all origins.
 */
async function signedFiles(
  files: readonly ListedFile[],
  { signer, loadedFrom, bareOf }: ChildrenSubject,
): Promise<Child[]> {
  const { origin } = new URL(loadedFrom);
  const found = await Promise.all(files.map(async (file) => ({ ...file, bare: await bareOf(file.url) })));
  const toSign = found
    .filter(({ url, bare }) => url === bare && (signer?.isForAllOrigins === true || new URL(url).origin === origin))
    .map(({ url }) => url);
  const passes = (await signer?.sign(toSign)) ?? [];
  return found.map((file) => {
    const { url, bare } = file;
    return { ...file, good: url === bare ? passes[toSign.indexOf(url)] : passOfUrl(url, bare) };
  });
}

/** Returns the first file of each kind on each origin, and all rendition playlists: those of audio and of subtitles. */
function distinct(files: readonly ListedFile[]): ListedFile[] {
  const keyOf = ({ kind, url }: ListedFile): string =>
    kind === 'rendition playlist' ? url : `${kind} ${new URL(url).origin}`;
  const first = new Map<string, ListedFile>();
  for (const file of files) if (!first.has(keyOf(file))) first.set(keyOf(file), file);
  return [...first.values()];
}

/** Returns the source of a token in words. */
const sourceOf = (signer: Signer | undefined, { folder }: Partial<Pass> = {}): string =>
  `${signer?.source ?? ''}${folder === undefined ? '' : `, whose \`prefix\` is ${shown(new URL(folder))}`}`;

async function askChild(
  { url, kind, bare, good }: Child,
  { asker, origin, loadedFrom, signer }: ChildrenSubject,
): Promise<ChildObservations> {
  const told = shown(new URL(bare));
  const observed = {
    url: told,
    kind,
    source: sourceOf(signer, good),
    isDenied: signer?.isForAllOrigins === true && !good,
  };
  if (isMixedContent(url, loadedFrom)) return observed;
  const withoutToken = await asker.ask({ what: `${kind} without a token`, url: bare, headers: { origin } }, told);
  const headers = { origin, ...good?.headers };
  const request = good && { what: `${kind} with a valid token`, url: good.url, headers, follow: true };
  const answered = request && (await asker.ask(request, told));
  return { ...observed, ...(withoutToken && { withoutToken }), ...(answered && { good: answered }) };
}
