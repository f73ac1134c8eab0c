/**
 * The message of `token-worker.js` if it has to sign requests of scripts. It has no quotes, so that `explainFailure`
 * can find it in the text of the file.
 */
export const MEDIA_ALONE =
  'requests is all, and this file, token-worker.js, signs media alone. Copy token-worker-all.js and register that.';
