import { secureLinkLayouts } from 'secure-token-server';
import { madeAt } from './claim-text.ts';
import type { Found } from './recognise.ts';

/** A layout as `secureLink` takes it: texts with `{token}` and `{expires}`. */
interface Layout {
  /** @default 'base64url' */
  readonly encoding?: 'hex' | 'base64url=';
  /** The form of the expiry. @default unix seconds */
  readonly time?: 'hex' | 'HEX' | 'minutes';
  readonly query?: Readonly<Record<string, string>>;
  /** The beginning of the path, in place of `query`. */
  readonly base?: string;
  /** The hashed text. */
  readonly hash: string;
}

const tokens = { hex: '[\\da-fA-F]{32}', 'base64url=': '[\\w-]{22}(?:==)?', base64url: '[\\w-]{22}' };
const times = { hex: '[\\da-f]{8}', HEX: '[\\dA-F]{8}', minutes: '20\\d{10}', seconds: '[1-9]\\d{9}' };

/** Recognises tokens of `secureLink` in the known layouts of CDNs; of layouts with one form, the first. */
export function recogniseLink({ pathname, searchParams }: URL): Found | undefined {
  for (const [layout, it] of Object.entries<Layout>(secureLinkLayouts)) {
    const { query = {}, base, hash, time = 'seconds', encoding = 'base64url' } = it;
    const pattern = (text: string): string =>
      text
        .replaceAll('-0-0-', '-\\w+-\\w+-')
        .replace('{token}', () => tokens[encoding])
        .replace('{expires}', () => `(?<expires>${times[time]})`);
    const inPath = base === undefined ? undefined : new RegExp(`^${pattern(base)}(?=/)`).exec(pathname);
    const inQuery = Object.entries(query).map(([name, text]) =>
      new RegExp(`^${pattern(text)}$`).exec(searchParams.get(name) ?? ''),
    );
    const matches = base === undefined ? inQuery : [inPath];
    if (!matches.every((match) => match)) continue;
    const carried = timeOf(matches.map((match) => match?.groups?.expires ?? '').join(''), time);
    // these carry the time of signing, and the CDN knows the lifetime
    const isOfSigning = /^(?:alibaba|tencent)/.test(layout);
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

/** Reads an expiry. With `minutes`, it is a text such as `202611281930`, in the time of China (UTC+8). */
function timeOf(text: string, time: keyof typeof times): number {
  if (time === 'seconds') return Number(text);
  if (time !== 'minutes') return parseInt(text, 16);
  const written = text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:00+08:00');
  return Date.parse(written) / 1000;
}
