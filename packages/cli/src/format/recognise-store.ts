import type { Recognised } from './recognise.ts';
import { withoutParameters } from './token-text.ts';

/** Recognises presigned URLs of stores, which only the stores can verify. */
export function recogniseStore(url: URL): Recognised | undefined {
  return (
    amazonLike(url, 'X-Amz', 'Amazon S3, R2 or another store of its kind') ??
    amazonLike(url, 'X-Goog', 'Google Cloud Storage') ??
    amazonOld(url) ??
    azure(url)
  );
}

/** Recognises signature version 4, which Google uses with its own names. */
function amazonLike(url: URL, prefix: string, cdn: string): Recognised | undefined {
  const of = (name: string): string | null => url.searchParams.get(`${prefix}-${name}`);
  const [signed, lifetime, credential] = [of('Date'), of('Expires'), of('Credential')];
  if (of('Signature') === null || signed === null) return undefined;
  const made = Date.parse(signed.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')) / 1000;
  const names = [...url.searchParams.keys()].filter((name) => name.startsWith(`${prefix}-`));
  return {
    cdn,
    why: `${prefix}-Signature in the query`,
    settings: {},
    bare: withoutParameters(url, names),
    expires: made + Number(lifetime),
    opensFolder: false,
    facts: ['opens: this file', `key id: ${credential?.split('/')[0] ?? 'none'}`, `lifetime: ${lifetime ?? 'none'} s`],
  };
}

/** Recognises signature version 2, also with the names of Google and Alibaba. */
function amazonOld(url: URL): Recognised | undefined {
  const names = ['AWSAccessKeyId', 'GoogleAccessId', 'OSSAccessKeyId'];
  const name = names.find((each) => url.searchParams.has(each));
  if (name === undefined || !url.searchParams.has('Signature')) return undefined;
  return {
    cdn: { AWSAccessKeyId: 'Amazon S3', GoogleAccessId: 'Google Cloud Storage' }[name] ?? 'Alibaba OSS',
    why: `${name} and Signature in the query`,
    settings: {},
    bare: withoutParameters(url, [name, 'Signature', 'Expires']),
    expires: Number(url.searchParams.get('Expires')),
    opensFolder: false,
    facts: ['opens: this file', `key id: ${url.searchParams.get(name) ?? ''}`],
  };
}

/** Recognises a shared access signature. */
function azure(url: URL): Recognised | undefined {
  const { searchParams: query } = url;
  const [end, kind] = [query.get('se'), query.get('sr')];
  if (!query.has('sig') || !query.has('sv') || end === null) return undefined;
  const names = [
    'sv',
    'ss',
    'srt',
    'sr',
    'sp',
    'se',
    'st',
    'spr',
    'sip',
    'si',
    'sig',
    'sdd',
    'skoid',
    'sktid',
    'skt',
    'ske',
    'sks',
    'skv',
  ];
  const opens = { b: 'this blob', c: 'the container', d: 'a directory' }[kind ?? ''] ?? 'what the account allows';
  return {
    cdn: 'Azure Blob Storage',
    why: 'sv, se and sig in the query',
    settings: {},
    bare: withoutParameters(url, names),
    expires: Date.parse(end) / 1000,
    opensFolder: kind !== 'b',
    facts: [`opens: ${opens}`, `permissions: ${query.get('sp') ?? 'none'}`],
  };
}
