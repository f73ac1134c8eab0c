import type { Settings } from './formats.ts';
import { recognisers } from './recognisers.ts';

/** A token in a URL, as far as it shows without the secret. */
export interface Recognised {
  /** Whose it is, such as `Amazon CloudFront`. */
  readonly cdn: string;
  /** The parameters that show it, such as `Key-Pair-Id and Signature in the query`. */
  readonly why: string;
  /** The name for `--format`; missing for a token that no format judges. */
  readonly format?: string;
  /** Options of the format that the URL shows. */
  readonly settings: Settings;
  /** The id of the key, for formats whose keys have one. */
  readonly keyId?: string;
  /** The URL without the token. */
  readonly bare: string;
  /** Unix seconds; missing where the token does not say. */
  readonly expires?: number;
  /** Whether it opens more than one URL; missing where the token does not say. */
  readonly opensFolder?: boolean;
  /** Further facts, a line each: what it opens, the id of its key, claims. Never a signature. */
  readonly facts: readonly string[];
}

/** @returns `undefined` for a URL without a token that is known */
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

/** A recogniser reads what strangers have written: whatever it cannot read is not its own. */
async function recognisedBy(recogniser: (typeof recognisers)[number], url: URL): Promise<Recognised | undefined> {
  try {
    return await recogniser(url);
  } catch {
    return undefined;
  }
}

/** A terminal obeys control characters, which a token may hold. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd');
