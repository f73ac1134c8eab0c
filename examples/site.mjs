import { existsSync } from 'node:fs';
import { prepareQuickly } from '../test/support/prepare.mjs';

// `npm run site`, in a fresh clone too: only Node's own modules may be imported before `prepareQuickly` has installed the
// rest.
/** Exports `buildDocs(folder)`, which writes the documentation as pages. */
const documentation = new URL('../.ci/build-docs.mjs', import.meta.url);
try {
  await prepareQuickly();
  const { buildSite } = await import('./site/build-site.mjs');
  await buildSite('site', existsSync(documentation) ? await import(documentation.href) : {});
  console.log('site/ has the example pages as files. Any host of files can serve them, from any folder.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
