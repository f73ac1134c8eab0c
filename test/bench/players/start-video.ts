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
  if (worker)
    await SecureTokenWorker.registerTokenWorker('/packages/worker/dist/token-worker.js', { endpoint, protect });
  if (way === 'ours') await SecureTokenProgressive.secureVideo(video, src, { endpoint, protect, ...tokens });
  else if (way === 'recipe') await Recipe.recipe(video, endpoint, src);
  else video.src = src;
}
