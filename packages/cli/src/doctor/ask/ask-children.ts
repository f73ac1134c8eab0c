import { isMixedContent, isPrivateHost } from '../http-rules.ts';
import { isServed } from '../observations.ts';
import type { ChildObservations, Outcome } from '../observations.ts';
import { shown } from '../../shown.ts';
import { RANGE } from './ask-edge.ts';
import type { Asker } from '../../asker.ts';
import { listedFiles } from './listed-files.ts';
import type { ListedFile } from './listed-files.ts';
import { passOfUrl } from './pass.ts';
import type { Pass } from './pass.ts';
import type { Signer } from './signers.ts';

export interface ChildrenSubject {
  /**
   * The URL from which the playlist was loaded, with its token: the files that the playlist lists may inherit the
   * token.
   */
  readonly loadedFrom: string;
  readonly text: string;
  /** The origin of the page. */
  readonly origin: string;
  readonly signer: Signer | undefined;
  /** Returns the URL without the token that is recognised in it; the URL itself if there is no token. */
  readonly bareOf: (url: string) => Promise<string>;
}

export interface ChildrenExamined {
  readonly children: readonly ChildObservations[];
  /** The answer to a range request for a segment. */
  readonly range: Outcome;
  /** Whether files were left out because they are on hosts of a private network and the playlist is not. */
  readonly hasPrivate: boolean;
}

/** The levels of playlists: a playlist that names playlists, and those. */
const LEVELS = 2;

interface Child extends ListedFile {
  readonly bare: string;
  readonly good: Pass | undefined;
}

/** Requests one file of each kind that a playlist names, two levels down. */
export async function askChildren(asker: Asker, subject: ChildrenSubject): Promise<ChildrenExamined> {
  const { origin, loadedFrom } = subject;
  const isPrivate = isPrivateHost(new URL(loadedFrom).hostname);
  const children: ChildObservations[] = [];
  let [hasPrivate, range]: [boolean, Outcome] = [false, undefined];
  let playlists = [{ text: subject.text, url: loadedFrom }];
  for (let level = 0; level < LEVELS; level++) {
    const listed = playlists.flatMap(({ text, url }) => listedFiles(text, url));
    // a playlist on a public host must not send the doctor around its user's private network
    const allowed = listed.filter(({ url }) => isPrivate || !isPrivateHost(new URL(url).hostname));
    hasPrivate ||= allowed.length < listed.length;
    const files = await signedFiles(distinct(allowed), subject);
    const asked = await Promise.all(
      files.map(async (file) => ({ file, observed: await askChild(asker, file, subject) })),
    );
    children.push(...asked.map(({ observed }) => observed));
    playlists = asked.flatMap(({ file, observed: { good, withoutToken } }) => {
      const text = [good, withoutToken].find(isServed)?.body;
      return text === undefined ? [] : { text, url: file.good?.url ?? file.url };
    });
    const segment = asked.find(({ file, observed }) => file.kind === 'segment' && isServed(observed.good));
    if (range || !segment?.file.good) continue;
    const { url, headers } = segment.file.good;
    const ranged = { ...RANGE, url, headers: { origin, ...headers, ...RANGE.headers } };
    range = await asker.ask(ranged, segment.observed.url);
  }
  return { children, range, hasPrivate };
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
    const good = url === bare ? passes[toSign.indexOf(url)] : passOfUrl(url, bare, { source: 'of the playlist' });
    return { ...file, good };
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

async function askChild(
  asker: Asker,
  { url, kind, bare, good }: Child,
  { origin, loadedFrom, signer }: ChildrenSubject,
): Promise<ChildObservations> {
  const told = shown(new URL(bare));
  const folder = good?.folder === undefined ? '' : `, whose \`prefix\` is ${shown(new URL(good.folder))}`;
  const isDenied = signer?.isForAllOrigins === true && !good;
  const observed = { url: told, kind, source: `${good?.source ?? ''}${folder}`, isDenied };
  if (isMixedContent(url, loadedFrom)) return observed;
  const plain = { what: `${kind} without a token`, url: bare, headers: { origin } };
  const withoutToken = await asker.ask(plain, told);
  const headers = { origin, ...good?.headers };
  const request = good && { what: `${kind} with a valid token`, url: good.url, headers, follow: true };
  return { ...observed, withoutToken, good: request && (await asker.ask(request, told)) };
}
