import { prepareQuickly } from '../test/support/prepare.mjs';

// `npm start`, in a fresh clone too: only Node's own modules may be imported before `prepareQuickly` has installed the
// rest.
try {
  await prepareQuickly();
  const { startExamples } = await import('./server.mjs');
  const { openForViewer } = await import('./open-browser.mjs');
  const { url, app, edge } = await startExamples();
  const moved = new URL(url).port !== '8080' || new URL(app).port !== '8081' || new URL(edge).port !== '8082';
  console.log(`
  Open  ${url}

  pages             ${url}
  signing endpoint  ${app}/token
  edge              ${edge}/
${moved ? '\n  (of the ports 8080, 8081 and 8082 at least one was taken, so a free one is used instead)\n' : ''}
  Ctrl+C ends it.
`);
  await openForViewer(url);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
