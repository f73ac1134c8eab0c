import { prepareQuickly } from '../test/support/prepare.mjs';

// `npm run site`, in a fresh clone too: only Node's own modules may be imported before `prepareQuickly` has installed the
// rest.
try {
  await prepareQuickly();
  const { buildSite } = await import('./site/build-site.mjs');
  const { buildDocs } = await import('../.ci/build-docs.mjs');
  await buildSite('site', { buildDocs });
  console.log(
    'site/ has the example pages and the documentation as files. Any host of files can serve them, from any folder.\n' +
      'Look at them here: npx vite preview --outDir site --open',
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
