import type { Asker } from '../../asker.ts';
import { shown } from '../../shown.ts';
import { isMixedContent, isPrivateHost } from '../http-rules.ts';
import { isServed } from '../observations.ts';
import type { ChildObservations } from '../observations.ts';
import { listedFiles } from './listed-files.ts';
import type { ListedFile } from './listed-files.ts';
import { passOfUrl } from './pass.ts';
import type { Pass } from './pass.ts';
import type { Signer } from './signers.ts';

export interface ChildrenSubject {
  readonly text: string;
  /**
   * The URL from which the playlist was loaded, with its token: the files that the playlist lists may inherit the
   * token.
   */
  readonly loadedFrom: string;
  /** The origin of the page. */
  readonly origin: string;
  readonly signer: Signer | undefined;
  /** Returns the URL without its token; the URL itself if there is no token. */
  readonly bareOf: (url: string) => Promise<string>;
}

export interface ChildrenExamined {
  readonly children: readonly ChildObservations[];
  /** Whether files were left out because they are on hosts of a private network and the playlist is not. */
  readonly hasPrivate: boolean;
}

interface Child extends ListedFile {
  readonly bare: string;
  readonly good: Pass | undefined;
}

/** Requests one file of each kind that a playlist names, two levels down: playlists, and what those name. */
export async function askChildren(asker: Asker, subject: ChildrenSubject): Promise<ChildrenExamined> {
  const { text, loadedFrom } = subject;
  const isPrivate = isPrivateHost(new URL(loadedFrom).hostname);
  let hasPrivate = false;
  const asked = async (playlists: readonly { text: string; url: string }[]) => {
    const listed = playlists.flatMap((playlist) => listedFiles(playlist.text, playlist.url));
    // a playlist on a public host must not send the doctor around its user's private network
    const allowed = listed.filter(({ url }) => isPrivate || !isPrivateHost(new URL(url).hostname));
    hasPrivate ||= allowed.length < listed.length;
    const files = await signedFiles(distinct(allowed), subject);
    return Promise.all(files.map(async (file) => ({ file, observed: await askChild(asker, file, subject) })));
  };
  const first = await asked([{ text, url: loadedFrom }]);
  const playlists = first.flatMap(({ file, observed: { good, withoutToken } }) => {
    const body = [good, withoutToken].find(isServed)?.body;
    return body === undefined ? [] : { text: body, url: file.good?.url ?? file.url };
  });
  const second = await asked(playlists);
  return { children: [...first, ...second].map(({ observed }) => observed), hasPrivate };
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
    return { ...file, good: url === bare ? passes[toSign.indexOf(url)] : passOfUrl(url, bare, 'of the playlist') };
  });
}

/** Returns the first file of each kind on each origin, and all rendition playlists: those of audio and of subtitles. */
function distinct(files: readonly ListedFile[]): ListedFile[] {
  const keyOf = ({ kind, url }: ListedFile): string =>
    kind === 'rendition playlist' ? url : `${kind} ${new URL(url).origin}`;
  return [...new Map([...files].reverse().map((file) => [keyOf(file), file])).values()].reverse();
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
  const withoutToken = await asker.ask({ what: `${kind} without a token`, url: bare, headers: { origin } }, told);
  if (!good) return { ...observed, withoutToken };
  const request = { what: `${kind} with a valid token`, url: good.url, headers: { origin, ...good.headers } };
  return { ...observed, withoutToken, good: await asker.ask(request, told) };
}
