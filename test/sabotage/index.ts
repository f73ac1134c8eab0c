import { core } from './core.ts';
import { fetch } from './fetch.ts';
import { dashjs } from './dashjs.ts';
import { hlsjsLoader } from './hlsjs-loader.ts';
import { hlsjs } from './hlsjs.ts';
import { mediaElement } from './media-element.ts';
import { progressive } from './progressive.ts';
import type { Sabotage } from './sabotage.ts';
import { shaka } from './shaka.ts';
import { videojsNative } from './videojs-native.ts';
import { videojs } from './videojs.ts';
import { workerScripts } from './worker-scripts.ts';
import { worker } from './worker.ts';

/** Every sabotage, by package. */
export const sabotages: readonly Sabotage[] = [
  ...core,
  ...hlsjs,
  ...hlsjsLoader,
  ...dashjs,
  ...videojs,
  ...videojsNative,
  ...mediaElement,
  ...progressive,
  ...worker,
  ...fetch,
  ...workerScripts,
  ...shaka,
];
