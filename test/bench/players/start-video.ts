import type { Start } from './contender.ts';

/** Runs in the page. */
export async function startVideo({ src, endpoint, way, worker, tokens }: Start): Promise<void> {
  const { SecureTokenProgressive, SecureTokenWorker, Recipe, bench } = window;
  const video = document.querySelector('video')!;
  const protect = `${new URL(src).origin}/`;
  Object.assign(video, { autoplay: true, preload: 'auto' });
  video.addEventListener('error', () => {
    bench.refusals.push('error');
    bench.failures.push(String(video.error?.message));
  });
  // what controls the page and what plays ask for one token
  const source =
    way === 'ours' ? SecureTokenProgressive.createTokenSource({ endpoint, protect, ...tokens }) : undefined;
  if (worker) {
    await SecureTokenWorker.registerTokenWorker('/token-worker.js', { source: source!, protect });
  }
  if (source) await SecureTokenProgressive.secureVideo(video, src, { source });
  else if (way === 'recipe') await Recipe.recipe(video, endpoint, src);
  else video.src = src;
}
