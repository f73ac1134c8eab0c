import { dashjs } from './dashjs.ts';
import { hlsjsLoader } from './hlsjs-loader.ts';
import { hlsjs } from './hlsjs.ts';
import { mediaElement } from './media-element.ts';
import { progressive } from './progressive.ts';
import type { Sabotage } from './sabotage.ts';
import { shaka } from './shaka.ts';
import { videojsNative } from './videojs-native.ts';
import { videojs } from './videojs.ts';
import { worker } from './worker.ts';

/** Every sabotage, by package. */
export const sabotages: readonly Sabotage[] = [
  ...hlsjs,
  ...hlsjsLoader,
  ...dashjs,
  ...videojs,
  ...videojsNative,
  ...mediaElement,
  ...progressive,
  ...worker,
  ...shaka,
];
