import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaOrigin } from '../../../packages/cli/src/serve/media-origin.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'media-'));
  for (const name of ['own', 'in', 'out', 'none']) await mkdir(join(folder, 'media', name), { recursive: true });
  await writeFile(join(folder, 'private.html'), 'private');
  await writeFile(join(folder, 'media/own/index.html'), 'own');
  await symlink('../own/index.html', join(folder, 'media/in/index.html'));
  await symlink('../../private.html', join(folder, 'media/out/index.html'));
  await symlink('..', join(folder, 'media/up'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['own', 200],
  ['in', 200],
  ['out', 404],
  ['none', 404],
  ['up', 404],
])('the index of %s is a %d: one that links out of the folder is not served', async (name, status) => {
  const origin = mediaOrigin(join(folder, 'media'));
  for (const path of [`/media/${name}/`, `/media/${name}`, `/signed/${name}/`]) {
    const response = await origin(new Request(`http://127.0.0.1${path}`));
    expect([path, response.status]).toEqual([path, status]);
    expect(await response.text()).toBe(status === 200 ? 'own' : '');
  }
});
