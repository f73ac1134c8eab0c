import { scriptRequests } from './worker/script-requests.ts';
import { startWorker } from './worker/start-worker.ts';

// signs what elements request, and with `requests: 'all'` what scripts request, too
startWorker(scriptRequests);
