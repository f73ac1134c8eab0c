import { SecureTokenError } from 'secure-token-core';
import { MEDIA_ALONE } from '../wire/media-alone.ts';
import type { WorkerScript } from './worker-script.ts';

/** The longest wait for the text of a file that could not be registered. */
const FILE_TIMEOUT_MS = 5000;

/**
 * Finds out why a worker for requests of scripts could not be registered. Browsers tell a page only that the script has
 * failed, so this function reads the file: the file for media contains the message of the error that it throws.
 * @throws `ERR_OPTIONS` if it is the file for media, otherwise `error`
 */
export async function explainFailure(error: unknown, { href }: WorkerScript): Promise<never> {
  if (await isForMediaAlone(href)) throw new SecureTokenError('ERR_OPTIONS', MEDIA_ALONE, { cause: error });
  throw error;
}

async function isForMediaAlone(href: string): Promise<boolean> {
  try {
    const response = await fetch(href, { signal: AbortSignal.timeout(FILE_TIMEOUT_MS) });
    return response.ok && (await response.text()).includes(MEDIA_ALONE);
  } catch {
    return false;
  }
}
