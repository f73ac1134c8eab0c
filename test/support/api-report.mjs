import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

/** Every file of types that apps import, and the name of its report. */
export const entries = [
  ...['core', 'hlsjs', 'dashjs', 'progressive', 'worker', 'fetch', 'shaka', 'videojs', 'server'].map((folder) => ({
    folder,
    types: 'index.d.ts',
    report: `${folder}.api.md`,
  })),
  { folder: 'core', types: 'adapter.d.ts', report: 'core-adapter.api.md' },
  { folder: 'core', types: 'adopt.d.ts', report: 'core-adopt.api.md' },
  { folder: 'core', types: 'playlists.d.ts', report: 'core-playlists.api.md' },
  { folder: 'progressive', types: 'download.d.ts', report: 'progressive-download.api.md' },
  { folder: 'server', types: 'jwt.d.ts', report: 'server-jwt.api.md' },
  { folder: 'server', types: 'cat.d.ts', report: 'server-cat.api.md' },
  { folder: 'server', types: 's3.d.ts', report: 'server-s3.api.md' },
  { folder: 'server', types: 'sessions.d.ts', report: 'server-sessions.api.md' },
  { folder: 'cli', types: 'doctor.d.ts', report: 'cli-doctor.api.md' },
];

export const reportFolder = resolve('docs/api-report');

/**
 * Compares the public names and types of a built package with its report in `docs/api-report`.
 * @param {typeof entries[number]} entry
 * @param {{ write?: boolean }} [options] `write` brings the report up to date
 * @returns {{ changed: boolean, problems: string[] }}
 */
export function compareApi({ folder, types, report }, { write = false } = {}) {
  const scratch = mkdtempSync(join(tmpdir(), 'secure-token-api-'));
  try {
    mkdirSync(reportFolder, { recursive: true });
    const packageJsonFullPath = resolve(`packages/${folder}/package.json`);
    const tsconfig = join(scratch, 'tsconfig.json');
    writeFileSync(tsconfig, '{}');
    /** @type {string[]} */
    const problems = [];
    const config = ExtractorConfig.prepare({
      packageJsonFullPath,
      configObjectFullPath: undefined,
      configObject: {
        projectFolder: resolve(`packages/${folder}`),
        mainEntryPointFilePath: resolve(`packages/${folder}/dist/${types}`),
        newlineKind: 'lf',
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              target: 'es2022',
              module: 'esnext',
              moduleResolution: 'bundler',
              lib: ['es2022', 'dom'],
              types: folder === 'server' || folder === 'cli' ? ['node'] : [],
              skipLibCheck: true,
            },
            files: [resolve(`packages/${folder}/dist/${types}`)],
          },
        },
        apiReport: { enabled: true, reportFileName: report, reportFolder, reportTempFolder: scratch },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        messages: {
          compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
          // the report is about names and types; release tags and TSDoc's own syntax are not used here
          extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
          tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        },
      },
    });
    const { apiReportChanged } = Extractor.invoke(config, {
      localBuild: write,
      messageCallback: (message) => {
        message.handled = true;
        if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.text);
      },
    });
    return { changed: apiReportChanged, problems };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
