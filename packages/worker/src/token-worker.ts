import { startWorker } from './worker/start-worker.ts';

// signs what elements request: MP4, tracks, native HLS
startWorker();
