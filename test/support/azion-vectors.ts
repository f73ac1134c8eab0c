import json from '../vectors/azion.json' with { type: 'json' };

export interface AzionVector {
  id: string;
  secret: string;
  uri?: string;
  uri_gen?: { prefix: string; repeat: string; count: number };
  url?: string;
  url_hex?: string;
  url_gen?: { query: string };
  expires: string;
  note: string;
  nginx: { status: number };
}

export const azionVectors = json as unknown as readonly AzionVector[];

/** The time at which nginx judged them, unix seconds. */
export const VECTOR_TIME = 1_795_500_000;

const uriOf = ({ uri = '', uri_gen: gen }: AzionVector): string =>
  gen ? gen.prefix + gen.repeat.repeat(gen.count) : uri;

/** Path and query as a client sends them, byte for byte. */
export const vectorTarget = (vector: AzionVector): Buffer =>
  vector.url_hex
    ? Buffer.from(vector.url_hex, 'hex')
    : Buffer.from(vector.url ?? `${uriOf(vector)}?${vector.url_gen?.query}`);
