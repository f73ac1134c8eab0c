import { SecureTokenError } from 'secure-token-core';
import { MEDIA_ALONE } from './wire/media-alone.ts';
import { readSettings } from './wire/worker-settings.ts';
import { startWorker } from './worker/start-worker.ts';

// the browser does not install a worker whose script throws
if (readSettings(location.href).requests === 'all') throw new SecureTokenError('ERR_OPTIONS', MEDIA_ALONE);

// signs the requests of media elements: MP4, tracks, native HLS
startWorker();
