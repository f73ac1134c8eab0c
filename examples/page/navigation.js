// on a phone the navigation is one row that scrolls: it begins at the page that is open
const nav = document.querySelector('.bar nav');
const here = /** @type {HTMLElement | null | undefined} */ (nav?.querySelector('[aria-current]'));
if (nav && here) nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
