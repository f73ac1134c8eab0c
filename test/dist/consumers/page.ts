import { MediaPlayer } from 'dashjs';
import Hls from 'hls.js';
import { createTokenSource, isSecureTokenError } from 'secure-token-core';
import { installSecureFetch, secureFetch } from 'secure-token-fetch';
import { secureToken as secureDash } from 'secure-token-dashjs';
import { secureToken, secureTokenConfig } from 'secure-token-hlsjs';
import { secureVideo } from 'secure-token-progressive';
import { download } from 'secure-token-progressive/download';
import { registerTokenWorker } from 'secure-token-worker';
import { registerSecureToken } from 'videojs-secure-token';
import type * as playerFile from 'video.js/dist/types/player.js';

/** The types of Video.js are CommonJS: under node16 the class is one `default` further down. */
type Inner<T> = T extends { default: infer Class } ? Class : T;
type Player = Inner<typeof playerFile.default> extends new (...args: never[]) => infer P ? P : never;

/** Uses every package as an app for the browser does; see `types.test.ts`. */
export async function play(video: HTMLVideoElement, player: Player, videojs: object): Promise<unknown[]> {
  const source = createTokenSource({ endpoint: '/token', protect: 'https://cdn.example.com/' });
  source.addEventListener('tokenrenewed', ({ detail }) => detail.urls.join());
  source.addEventListener('tokendenied', (event) => isSecureTokenError(event.error) && event.error.code);
  const hls = new Hls(secureTokenConfig(source));
  secureToken(hls, source);
  secureDash(MediaPlayer().create(), source);
  registerSecureToken(videojs);
  const signed = await source.sign('https://cdn.example.com/film.mp4');
  const worker = await registerTokenWorker('/token-worker.js', source);
  installSecureFetch(source).uninstall();
  return [
    signed.headers,
    (await secureFetch(source)(signed.unsignedUrl)).url,
    worker.controls,
    player.secureToken('/token').source.renew(),
    await download(signed.unsignedUrl, source),
    await secureVideo(video, signed.unsignedUrl, source),
  ];
}
