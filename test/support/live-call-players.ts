import type { LiveLibrary } from './live-calls.ts';
import { openVideojs } from './videojs-player.ts';

export const hlsjs: LiveLibrary = {
  open: (stage, carrier, { path, hlsjs: config = {} }) =>
    stage.open(carrier, path, { config, ...(carrier === 'open' && { tokens: false }) }),
  fine: { faults: [], rejections: [], pageErrors: [], mediaError: undefined },
};

export const videojs: LiveLibrary = {
  open: (stage, carrier, { path, videojs: options = {} }) =>
    openVideojs(stage, carrier, { path, options, ...(carrier === 'open' && { tokens: false }) }),
  fine: { error: null, events: [], pageErrors: [] },
};
