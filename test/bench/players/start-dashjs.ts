import type { Start } from './contender.ts';

/** Runs in the page. */
export function startDashjs({ src, endpoint, way, tokens, config }: Start): void {
  const { dashjs, SecureTokenDash, bench } = window;
  const player = dashjs.MediaPlayer().create();
  const settings: object = { debug: { logLevel: 0 }, ...config };
  player.updateSettings(settings);
  if (way === 'ours') SecureTokenDash.secureToken(player, { endpoint, ...tokens });
  bench.estimate = () => (player.isReady() ? player.getAverageThroughput('video') * 1000 : NaN);
  const on = (type: string, listener: (event: never) => void): void => player.on(type as never, listener as never);
  on('fragmentLoadingStarted', ({ request }: { request: { url: string } }) => bench.ask(request.url));
  on('error', ({ error }: { error: { message: string } }) => bench.failures.push(error.message));
  player.initialize();
  player.setAutoPlay(false);
  player.addResponseInterceptor((response) => {
    bench.refuse(response.status);
    return Promise.resolve(response);
  });
  if (way === 'recipe') window.Recipe.recipe(player, endpoint);
  player.attachView(document.querySelector('video')!);
  player.attachSource(src);
}
