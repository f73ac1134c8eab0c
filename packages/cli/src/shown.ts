import { isObject, parseJson } from './endpoint-answer.ts';

/**
 * Returns a URL as the doctor prints it: without query, and with `…` in place of everything in its path that looks like
 * a token. The doctor does not know every token, and a stranger's playlist may name a URL with a token in its path.
 */
export function shown({ origin, pathname }: URL): string {
  return origin + pathname.split('/').map(withoutTokens).join('/');
}

/** A field with its name and its value. Between them is `=` or `:`, plain or percent-encoded. */
const FIELD = /(^|[~&;,])([\w.-]{1,64}(?:=|:|%3D|%3A))[^~&;]+/gi;
/** Letters and digits of base64url or base64, whose `+`, `/` and `=` are percent-encoded in a path. */
const RUN = /(?:[\w+=-]|%2B|%2F|%3D){20,}/gi;

/** Returns a text with `…` in place of everything that looks like a token. */
function withoutTokens(text: string): string {
  // fields such as `exp=…~hmac=…`; a path pattern with slashes may have cut them in two
  const named = text.replace(FIELD, (_, before: string, name: string) => `${before}${name}…`);
  return named.replace(RUN, (run) => (isRandom(run) ? '…' : run));
}

/**
 * Tells whether letters and digits look like a hash, a signature or a part of a JWT. Base64url has upper and lower
 * case, and 20 characters of it have 120 bits; hexadecimal needs more digits for as many bits. Titles, dates and UUIDs
 * are shown.
 */
function isRandom(run: string): boolean {
  const words = run.split(/[-_+=]|%[\da-f]{2}/i);
  const isMixed = /[a-z]/.test(run) && /[A-Z]/.test(run) && !words.every(isWord);
  return /[\da-f]{32}/i.test(run) || isMixed || words.some(isShuffled);
}

const isWord = (text: string): boolean => /^(?:[A-Z]?[a-z]*|[A-Z]+|\d+[a-z]?)$/.test(text);

/** Tells whether letters and digits alternate, as in base32: a title has one or two numbers. */
const isShuffled = (text: string): boolean => text.length >= 20 && (text.match(/\d+/g) ?? []).length >= 4;

/**
 * Returns a text of a server or of a token as it may be printed: a terminal obeys control characters, also those above
 * 0x7f, which JSON does not escape.
 */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');

/** The most characters of a body that are shown. */
const MAX_LINE = 120;

/**
 * Returns the first line of text in a body, for a person who knows the server by it: without markup, without what looks
 * like a token, and without `hidden` texts, which a server may repeat. Of JSON, which may have tokens, it shows only what
 * a problem says of itself (RFC 9457).
 */
export function firstLine(body: string, hidden: readonly string[]): string {
  const json = parseJson(body);
  const said = isObject(json) ? [json.title, json.detail].filter((text) => typeof text === 'string').join(': ') : body;
  if (/^\s*[[{"]/.test(said)) return '';
  const visible = hidden.reduce((text, each) => (each === '' ? text : text.replaceAll(each, '…')), said);
  const [line = ''] = visible
    .slice(0, 10_000)
    .replace(/<(?:style|script)\b[^<]*|<[^<>]*>/gi, '\n')
    .split(/[\p{Cc}\p{Zl}\p{Zp}]+/u)
    .map((each) => each.trim())
    .filter((each) => each !== '');
  // a query or a quoted value may be a token that is too short to look like one
  const told = line.replace(/\?\S+/g, '?…').replace(/[\p{Cf}]/gu, '');
  return told.split(' ').map(withoutTokens).join(' ').slice(0, MAX_LINE);
}
