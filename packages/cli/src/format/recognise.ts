import type { Settings } from './formats.ts';
import { recognisers } from './recognisers.ts';

/** The facts that a token in a URL shows without the secret. */
export interface Recognised {
  /** The CDN or store of the token, such as `Amazon CloudFront`. */
  readonly cdn: string;
  /** The parameters that show it, such as `Key-Pair-Id and Signature in the query`. */
  readonly why: string;
  /** The name for `--format`; missing for a token that no format can judge. */
  readonly format?: string;
  /** Options of the format that the URL shows. */
  readonly settings: Settings;
  /** The id of the key, for formats whose keys have one. */
  readonly keyId?: string;
  /** The URL without the token. */
  readonly bare: string;
  /** Unix seconds; missing if the token does not say. */
  readonly expires?: number;
  /** Whether the token opens more than one URL; missing if the token does not say. */
  readonly opensFolder?: boolean;
  /** Further facts, one line each: what the token opens, the id of its key, claims. Never a signature. */
  readonly facts: readonly string[];
}

/** @returns `undefined` for a URL without a known token */
export async function recognise(text: string): Promise<Recognised | undefined> {
  let url;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  for (const recogniser of recognisers) {
    const found = await recognisedBy(recogniser, url);
    if (!found) continue;
    const { why, facts, keyId } = found;
    return {
      ...found,
      why: printable(why),
      facts: facts.map(printable),
      ...(keyId !== undefined && { keyId: printable(keyId) }),
    };
  }
  return undefined;
}

/** Calls a recogniser. It reads texts of strangers: a text that it cannot read is not its own. */
async function recognisedBy(recogniser: (typeof recognisers)[number], url: URL): Promise<Recognised | undefined> {
  try {
    return await recogniser(url);
  } catch {
    return undefined;
  }
}

/** Replaces control characters: a token may contain them, and a terminal obeys them. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd');
