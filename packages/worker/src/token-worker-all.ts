import { scriptRequests } from './worker/script-requests.ts';
import { startWorker } from './worker/start-worker.ts';

// signs the requests of media elements, and with `requests: 'all'` those of scripts, too
startWorker(scriptRequests);
