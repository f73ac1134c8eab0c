import type { Found } from './recognise.ts';

/** Recognises presigned URLs of stores, which only the stores can verify. */
export function recogniseStore({ searchParams: query }: URL): Found | undefined {
  return (
    amazonLike(query, 'X-Amz', 'Amazon S3, R2 or another store of its kind') ??
    amazonLike(query, 'X-Goog', 'Google Cloud Storage') ??
    amazonOld(query) ??
    azure(query)
  );
}

/** Recognises signature version 4, which Google uses with its own names. */
function amazonLike(query: URLSearchParams, prefix: string, cdn: string): Found | undefined {
  const of = (name: string): string | null => query.get(`${prefix}-${name}`);
  const [made, lifetime] = [of('Date'), of('Expires')];
  if (of('Signature') === null || made === null) return undefined;
  const written = made.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return {
    cdn,
    keyId: of('Credential')?.split('/')[0],
    names: [...query.keys()].filter((name) => name.startsWith(`${prefix}-`)),
    expires: Date.parse(written) / 1000 + Number(lifetime),
    opensFolder: false,
    opens: 'this file',
    facts: [`lifetime: ${lifetime ?? 'none'} s`],
  };
}

/** Recognises signature version 2, also with the names of Google and Alibaba. */
function amazonOld(query: URLSearchParams): Found | undefined {
  const cdns = { AWSAccessKeyId: 'Amazon S3', GoogleAccessId: 'Google Cloud Storage', OSSAccessKeyId: 'Alibaba OSS' };
  const [name, cdn] = Object.entries(cdns).find(([each]) => query.has(each)) ?? [];
  if (name === undefined || cdn === undefined || !query.has('Signature')) return undefined;
  return {
    cdn,
    keyId: query.get(name) ?? '',
    names: [name, 'Signature', 'Expires'],
    expires: Number(query.get('Expires')),
    opensFolder: false,
    opens: 'this file',
  };
}

/** Recognises a shared access signature. */
function azure(query: URLSearchParams): Found | undefined {
  const [end, kind] = [query.get('se'), query.get('sr') ?? ''];
  if (!query.has('sig') || !query.has('sv') || end === null) return undefined;
  return {
    cdn: 'Azure Blob Storage',
    names: 'sv ss srt sr sp se st spr sip si sig sdd skoid sktid skt ske sks skv'.split(' '),
    expires: Date.parse(end) / 1000,
    opensFolder: kind !== 'b',
    opens: { b: 'this blob', c: 'the container', d: 'a directory' }[kind] ?? 'what the account allows',
    facts: [`permissions: ${query.get('sp') ?? 'none'}`],
  };
}
