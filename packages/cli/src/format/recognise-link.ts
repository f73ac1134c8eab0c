import { secureLinkLayouts } from 'secure-token-server';
import { madeAt } from './claim-text.ts';
import type { Found } from './recognise.ts';

/** A layout as `secureLink` takes it: texts with `{token}` and `{expires}`. */
interface Layout {
  /** @default 'md5' */
  readonly algorithm?: 'sha256' | 'hmac-sha256';
  /** @default 'base64url' */
  readonly encoding?: 'hex' | 'base64url=';
  /** The form of the expiry. @default unix seconds */
  readonly time?: 'hex' | 'HEX';
  readonly query?: Readonly<Record<string, string>>;
  /** The beginning of the path, in place of `query`. */
  readonly base?: string;
  /** The hashed text. */
  readonly hash: string;
  /** Seconds between the time in the URL and the end of the token. @default 0 */
  readonly validity?: number;
}

/** The forms of an MD5 and of a SHA-256. */
const tokens = {
  hex: ['[\\da-fA-F]{32}', '[\\da-fA-F]{64}'],
  'base64url=': ['[\\w-]{22}(?:==)?', '[\\w-]{43}=?'],
  base64url: ['[\\w-]{22}', '[\\w-]{43}'],
} as const;
const times = { hex: '[\\da-f]{8}', HEX: '[\\dA-F]{8}', seconds: '[1-9]\\d{9}' };

/** Recognises tokens of `secureLink` in the known layouts of CDNs; of layouts with one form, the first. */
export function recogniseLink({ pathname, searchParams }: URL): Found | undefined {
  for (const [layout, it] of Object.entries<Layout>(secureLinkLayouts)) {
    const { query = {}, base, hash, time = 'seconds', encoding = 'base64url', algorithm, validity = 0 } = it;
    const token = tokens[encoding][algorithm === undefined ? 0 : 1];
    const pattern = (text: string): string =>
      text
        .replaceAll('-0-0-', '-\\w+-\\w+-')
        .replace('{token}', () => token)
        .replace('{expires}', () => `(?<expires>${times[time]})`);
    const inPath = base === undefined ? undefined : new RegExp(`^${pattern(base)}(?=/)`).exec(pathname);
    const inQuery = Object.entries(query).map(([name, text]) =>
      new RegExp(`^${pattern(text)}$`).exec(searchParams.get(name) ?? ''),
    );
    const matches = base === undefined ? inQuery : [inPath];
    if (!matches.every((match) => match)) continue;
    const text = matches.map((match) => match?.groups?.expires ?? '').join('');
    const carried = parseInt(text, time === 'seconds' ? 10 : 16) + validity;
    // these carry the time of signing, and the CDN knows the lifetime
    const isOfSigning = /^(?:alibaba|huawei|tencent)/.test(layout);
    return {
      format: 'secureLink',
      settings: { layout },
      names: Object.keys(query),
      part: inPath?.[0],
      opens: `${/\{(?:folder|directory)\}/.test(hash) ? 'the folder of this path' : 'this path'} (layout ${layout})`,
      ...(isOfSigning ? { claims: [madeAt(carried)] } : { expires: carried }),
    };
  }
  return undefined;
}
