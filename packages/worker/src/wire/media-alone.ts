/** Said by `token-worker.js` where it is to sign what scripts request. Without quotes: it is found in the file. */
export const MEDIA_ALONE =
  'requests is all, and this file, token-worker.js, signs media alone. Copy token-worker-all.js and register that.';
