// The addresses of the servers, which are here when the service worker that plays them controls the page.
const site = new URL('.', import.meta.url).href.replace(/\/$/, '');
export const app = `${site}/app`;
export const edge = `${site}/edge`;
export const doctor = undefined;

/** Resolves when the service worker answers the requests of this page. */
async function takeControl() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) throw new Error('This browser gives pages at this address no service worker.');
  const controlled = new Promise((resolve) =>
    serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
  );
  await serviceWorker.register(`${site}/site-worker.js`);
  const { active } = await serviceWorker.ready;
  if (serviceWorker.controller) return;
  active?.postMessage('control');
  await controlled;
}

await takeControl().catch((error) => {
  const notice = document.createElement('p');
  notice.className = 'card';
  notice.setAttribute('role', 'alert');
  notice.textContent = `Nothing plays here: ${error.message} Open the page by https or on localhost, in no private window.`;
  document.querySelector('main')?.prepend(notice);
  throw error;
});
