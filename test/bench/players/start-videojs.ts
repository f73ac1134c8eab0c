import type { Start } from './contender.ts';

/** Runs in the page. */
export function startVideojs({ src, endpoint, way, tokens, config }: Start): void {
  const { videojs, bench } = window;
  const player = videojs(document.querySelector('video')!, { preload: 'auto', html5: { vhs: config } });
  if (way === 'ours') player.secureToken({ endpoint, ...tokens });
  player.on('segmentloadstart', ({ metadata }: { metadata: { segmentInfo?: { uri: string } } }) => {
    if (metadata.segmentInfo) bench.ask(metadata.segmentInfo.uri);
  });
  player.on('error', () => bench.failures.push(String(player.error()?.message)));
  player.ready(() => {
    const tech = player.tech(true) as unknown as {
      vhs?: { bandwidth: number };
      on(types: string[], listener: (event: Event) => void): void;
    };
    bench.estimate = () => tech.vhs?.bandwidth ?? NaN;
    // what VHS makes of a segment or a playlist that it does not get
    tech.on(['retryplaylist', 'excludeplaylist'], ({ type }) => bench.refusals.push(type));
  });
  player.src({ src, type: 'application/x-mpegURL' });
}
