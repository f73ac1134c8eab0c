import { startWorker } from './worker/start-worker.ts';

// signs the requests of media elements: MP4, tracks, native HLS
startWorker();
