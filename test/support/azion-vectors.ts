import json from '../vectors/azion.json' with { type: 'json' };

export interface AzionVector {
  id: string;
  class: string;
  secret: string;
  uri?: string;
  uri_gen?: { prefix: string; repeat: string; count: number };
  url?: string;
  url_hex?: string;
  url_gen?: { query: string };
  expires: string;
  token: string;
  extras: { correct_token_for_uri_and_expires?: string };
  note: string;
  nginx: { status: number; status_if_raw_request_path_signed: number };
  recommend_strict?: number;
}

export const azionVectors = json as unknown as readonly AzionVector[];

/** The time at which nginx judged them, unix seconds. */
export const VECTOR_TIME = 1_795_500_000;

/** The path that was signed; `undefined` if it is not UTF-8. */
export const uriOf = ({ uri, uri_gen: gen }: AzionVector): string | undefined =>
  gen ? gen.prefix + gen.repeat.repeat(gen.count) : uri;

/** Path and query as a client sends them, byte for byte. */
export const vectorTarget = (vector: AzionVector): Buffer =>
  vector.url_hex
    ? Buffer.from(vector.url_hex, 'hex')
    : Buffer.from(vector.url ?? `${uriOf(vector)}?${vector.url_gen?.query}`);
