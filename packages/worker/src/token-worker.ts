import { SecureTokenError } from 'secure-token-core';
import { readSettings } from './wire/worker-settings.ts';
import { startWorker } from './worker/start-worker.ts';

// the browser does not install a worker whose script throws
if (readSettings(location.href).requests === 'all')
  throw new SecureTokenError('ERR_OPTIONS', "requests: 'all' needs token-worker-all.js.");

// signs the requests of media elements: MP4, tracks, native HLS
startWorker();
