import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { describeMedia } from '../support/media-test.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { TRANSIT } from '../support/signer.ts';

/** Samples a second, one byte each. */
const RATE = 16_000;
const SECONDS = 600;

/** A WAV file with a note that rises. */
function wav(): Buffer {
  const samples = Buffer.alloc(RATE * SECONDS);
  for (let at = 0; at < samples.length; at++) samples[at] = 128 + 20 * Math.sin((at * (200 + at / RATE)) / 2500);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  // PCM, one channel
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
const sound = wav();

/** Adds the sound to a stage. */
function withSound(stage: MediaStage): { sound: string; edge: string } {
  writeFileSync(join(stage.root, 'sound.wav'), sound);
  return { sound: stage.url('sound.wav'), edge: `${stage.edge}/` };
}

const ways = {
  swap: '',
  worker: `window.worker = await SecureTokenWorker.registerTokenWorker('/token-worker.js',
      { endpoint: '/token', protect: args.edge });
    await until(() => worker.controls);`,
} as const;

describeMedia('<audio>', (_engine, it) => {
  it.for(['swap', 'worker'] as const)(
    'plays and seeks past the end of its tokens, and the page hears no error (%s)',
    async (way, { stage, tab }) => {
      stage.network.rate = 100_000;
      if (way === 'worker') stage.signer.transit = TRANSIT;
      const seen = await tab.run<{ via: string; errors: number; failures: string[]; offsets: number[] }>(
        `${ways[way]}
        // the helpers of the tests look at it
        window.video = document.body.appendChild(Object.assign(new Audio(), { muted: true }));
        let errors = 0;
        video.addEventListener('error', () => errors++);
        window.secure = follow(await SecureTokenProgressive.secureVideo(video, args.sound, '/token'));
        await start();
        const offsets = [];
        for (const time of [100, 450, 50]) {
          await sleep(3500);
          await seek(time);
          offsets.push(video.currentTime - time);
          await moves(0.5);
        }
        return { via: secure.via, errors, failures: seen.failures, offsets };`,
        withSound(stage),
      );
      expect(seen).toMatchObject({ via: way, errors: 0, failures: [] });
      expect(Math.max(...seen.offsets.map(Math.abs))).toBeLessThan(1);
      expect(stage.signer.calls.length).toBeGreaterThan(1);
      if (way === 'worker') expect(await stage.refusals()).toBe(0);
    },
  );

  it('is downloaded, each byte as it is, while its tokens end', async ({ stage, tab }) => {
    stage.signer.ttl = 2;
    stage.network.rate = 3_000_000;
    stage.network.cutAfter = [4_000_000];
    const hash = await tab.run(
      `const blob = await SecureTokenProgressive.download(args.sound, { endpoint: '/token' });
      const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');`,
      withSound(stage),
    );
    expect(hash).toBe(createHash('sha256').update(sound).digest('hex'));
  });
});
