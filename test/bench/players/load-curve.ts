import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Viewers who call in each second after all of them have joined in one. */
export interface LoadCurve {
  readonly viewers: number;
  /** Calls with the default `jitter`. */
  readonly spread: readonly number[];
  /** Calls without any `jitter`. */
  readonly together: readonly number[];
}

/** Runs an audience of the session tests, which need the runner's clock. */
export function loadCurve(): LoadCurve {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'curve.json');
  const args = ['run', 'test/session/audience.test.ts', '--project', 'unit', '-t', 'load curve'];
  try {
    const { status, stdout } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
      encoding: 'utf8',
      env: { ...process.env, LOAD_CURVE: file },
    });
    if (status !== 0) throw new Error(`No load curve: ${stdout}`);
    return JSON.parse(readFileSync(file, 'utf8')) as LoadCurve;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
