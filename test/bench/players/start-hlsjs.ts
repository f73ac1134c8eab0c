import type { HlsConfig } from 'hls.js';
import type { Start } from './contender.ts';

/** Runs in the page. */
export async function startHlsjs({ src, endpoint, way, tokens, config }: Start): Promise<void> {
  const { Hls, SecureTokenHls, bench } = window;
  const fromRecipe = way === 'recipe' && (await (window.Recipe.recipe(endpoint, src) as Promise<Partial<HlsConfig>>));
  const hls = new Hls({ ...config, ...fromRecipe });
  if (way === 'ours') SecureTokenHls.secureToken(hls, { endpoint, ...tokens });
  bench.estimate = () => hls.bandwidthEstimate;
  hls.on(Hls.Events.FRAG_LOADING, (_, { frag }) => bench.ask(frag.url));
  hls.on(Hls.Events.ERROR, (_, { response, fatal, details }) => {
    bench.refuse(response?.code);
    if (fatal) bench.failures.push(details);
  });
  hls.loadSource(src);
  hls.attachMedia(document.querySelector('video')!);
}
