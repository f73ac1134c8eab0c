import type { TokenFormat } from 'secure-token-server';
import { isObject, parseJson } from '../endpoint-answer.ts';

/** Returns the URL without these parameters, with every other byte unchanged. */
export function withoutParameters(url: URL, names: readonly string[]): string {
  const kept = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !names.includes(pair.split('=')[0]!));
  return url.origin + url.pathname + (kept.length > 0 ? `?${kept.join('&')}` : '');
}

/** Returns the URL with another text in place of a part of its path. */
export const withoutPath = (url: URL, part: string, instead: string): string =>
  url.origin + url.pathname.replace(part, () => instead) + url.search;

/** Returns the URL without a token of `format`; the URL itself if there is no token. */
export function withoutTokenOf(format: TokenFormat, text: string): string {
  const url = new URL(text);
  const { origin, pathname } = format.bare?.(url) ?? url;
  const plain = new URL(origin + pathname + url.search);
  const names = (format.parameters ?? []).filter((name) => url.searchParams.has(name));
  return names.length > 0 ? withoutParameters(plain, names) : plain.href;
}

/** Reads `name=value~name=value`. */
export const fields = (text: string): Partial<Record<string, string>> =>
  Object.fromEntries(
    text
      .split('~')
      .map((field) => field.split(/=(.*)/s) as [string, string?])
      .flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

/** Reads a JSON object in base64 or base64url; returns `undefined` for anything else. */
export function jsonIn(text: string | undefined): object | undefined {
  const value = text === undefined ? undefined : parseJson(Buffer.from(text, 'base64').toString());
  return isObject(value) ? value : undefined;
}
