// node azion-bundle.mjs esbuild|webpack FILE: in the folder of a project with azion.config.mjs
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [bundler, out = ''] = process.argv.slice(2);
const fromProject = createRequire(`${process.cwd()}/`);
const azion = fromProject('azion/bundler');
const { javascript: preset } = fromProject('azion/presets');
const { default: config } = await import(pathToFileURL(`${process.cwd()}/azion.config.mjs`).href);

const context = { production: true, handler: config.build.entry };
const configuration = {
  ...config.build,
  // The bundler of esbuild adds `.js` by itself.
  entry: { [bundler === 'webpack' ? out : out.replace(/\.js$/, '')]: config.build.entry },
  baseOutputDir: process.cwd(),
  preset,
  setup: {},
};
if (bundler === 'webpack') await azion.executeWebpackBuild(azion.createAzionWebpackConfig(configuration, context));
else await azion.executeESBuildBuild(azion.createAzionESBuildConfig(configuration, context));
