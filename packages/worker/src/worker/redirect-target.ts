import type { SignedRequest } from 'secure-token-core';

/**
 * `url`, to which the edge has redirected `sent`, without what only the token has put there: its parameters, in
 * whatever encoding, and its part of the path.
 */
export function withoutToken(url: string, sent: SignedRequest): string {
  const [target, signed, unsigned] = [new URL(url), new URL(sent.url), new URL(sent.unsignedUrl)];
  const isOfToken = parametersOfToken(signed, unsigned, target.origin === signed.origin);
  const kept = parametersIn(target).filter((parameter) => !isOfToken(parameter));
  const path = pathWithoutToken(target.pathname, signed.pathname, unsigned.pathname);
  if (kept.length === parametersIn(target).length && path === target.pathname) return url;
  target.pathname = path;
  target.search = kept.join('&');
  return target.href;
}

/** As they are written. */
const parametersIn = ({ search }: URL): readonly string[] => search.slice(1).split('&');

const decoded = (parameter: string): readonly [name: string, value: string] =>
  [...new URLSearchParams(parameter)][0] ?? ['', ''];

/** Tells the parameters of the token. On another host a name may mean something else: there its value counts, too. */
function parametersOfToken(signed: URL, unsigned: URL, isSameHost: boolean): (parameter: string) => boolean {
  const ofToken = new Map([...signed.searchParams].filter(([name]) => !unsigned.searchParams.has(name)));
  return (parameter) => {
    const [name, value] = decoded(parameter);
    return isSameHost ? ofToken.has(name) : ofToken.get(name) === value;
  };
}

/** Puts the folder of the unsigned URL in the place of that which holds the token. */
function pathWithoutToken(path: string, signedPath: string, unsignedPath: string): string {
  const [folders, signed, unsigned] = [path, signedPath, unsignedPath].map((it) => it.split('/')) as [
    string[],
    string[],
    string[],
  ];
  while (signed.length && signed.at(-1) === unsigned.at(-1)) {
    signed.pop();
    unsigned.pop();
  }
  const isBelow = signed.every((folder, index) => decodedFolder(folder) === decodedFolder(folders[index] ?? ''));
  return signed.length > 1 && isBelow ? [...unsigned, ...folders.slice(signed.length)].join('/') : path;
}

function decodedFolder(folder: string): string {
  try {
    return decodeURIComponent(folder);
  } catch {
    return folder;
  }
}
