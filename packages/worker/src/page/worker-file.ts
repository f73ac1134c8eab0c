import { SecureTokenError } from 'secure-token-core';
import { MEDIA_ALONE } from '../wire/media-alone.ts';
import type { WorkerScript } from './worker-script.ts';

/** For how long the file is waited for that could not be registered. */
const FILE_TIMEOUT_MS = 5000;

/**
 * Says why a worker for the requests of scripts could not be registered. No browser tells a page more than that its
 * script has failed, so the file is read: the one for media knows the sentence with which it ends.
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
