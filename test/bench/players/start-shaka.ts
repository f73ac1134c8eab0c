import type Shaka from 'shaka-player';
import type { Start } from './contender.ts';

/** Runs in the page. */
export async function startShaka({ src, endpoint, way, tokens, config }: Start): Promise<void> {
  const { shaka, SecureTokenShaka, bench } = window;
  const player = new shaka.Player();
  player.configure(config);
  const engine = player.getNetworkingEngine()!;
  engine.registerRequestFilter((type, { uris }) => {
    if (type === shaka.net.NetworkingEngine.RequestType.SEGMENT) bench.ask(uris[0]!);
  });
  if (way === 'ours') SecureTokenShaka.secureToken(player, { endpoint, ...tokens });
  if (way === 'recipe') window.Recipe.recipe(player, endpoint);
  bench.estimate = () => player.getStats().estimatedBandwidth;
  const hear = ({ category, code, data }: Shaka.util.Error): void => {
    const { Category, Code } = shaka.util.Error;
    if (category === Category.NETWORK && code === Code.BAD_HTTP_STATUS) bench.refuse(data[1] as number);
  };
  type Told = Event & { detail: Shaka.util.Error; error: Shaka.util.Error };
  const on = (target: unknown, type: string, listener: (event: Told) => void): void =>
    (target as EventTarget).addEventListener(type, listener as (event: Event) => void);
  on(engine, 'retry', ({ error }) => hear(error));
  on(player, 'error', ({ detail }) => {
    hear(detail);
    if (detail.severity === shaka.util.Error.Severity.CRITICAL) bench.failures.push(String(detail.code));
  });
  await player.attach(document.querySelector('video')!);
  // not awaited: whether there is a picture is seen from outside
  void player.load(src).catch((error: unknown) => {
    hear(error as Shaka.util.Error);
    bench.failures.push(String(error));
  });
}
