import Hls from 'hls.js';
import { secureTokenConfig } from 'secure-token-hlsjs';
import { isHLSProvider } from 'vidstack';
import 'vidstack/player';
import 'vidstack/player/ui';

const player = document.querySelector('media-player')!;
const config = secureTokenConfig('/token');

player.addEventListener('provider-change', ({ detail: provider }) => {
  if (!isHLSProvider(provider)) return;
  provider.library = Hls;
  provider.config = config;
  provider.onInstance((hls) => {
    // Vidstack would give the playlist of the subtitles to a <track>, and the browser would ask for it unsigned.
    // Cues come from hls.js all the same
    hls.on(Hls.Events.NON_NATIVE_TEXT_TRACKS_FOUND, (_, { tracks }) => {
      for (const track of tracks) if (track.subtitleTrack) track.subtitleTrack = { ...track.subtitleTrack, url: '' };
    });
  });
});
player.src = 'https://cdn.example.com/vod/7/master.m3u8';
