/** Faults that a real browser shows. */
export const browserFaults = [
  {
    code: 'browser-csp',
    severity: 'error',
    message: 'The content security policy of the page blocks what the player needs: {directive} does not name {what}.',
    remedy: ['Add it to that directive.', 'docs/csp.md has the policy that each package needs.'],
  },
  {
    code: 'browser-mixed-content',
    severity: 'error',
    message: 'The browser blocks a request over http, because the page has https.',
    remedy: ['Serve the content, all files that playlists name, and the endpoint over https.'],
  },
  {
    code: 'browser-refused',
    severity: 'warning',
    message: 'In a browser, the edge or the endpoint refused {count} requests of the player ({statuses}).',
    remedy: [
      'The findings above name the cause, if there are any.',
      'Otherwise look for a difference in the network panel of the browser.',
      'The cause is a service worker, an extension, or cookies that a browser does not send to another site.',
    ],
  },
  {
    code: 'browser-no-picture',
    severity: 'error',
    message: 'In a browser there is no picture within {seconds} s: {why}.',
    remedy: [
      'The findings above name the cause, if there are any.',
      'Otherwise open the URL in your own page, with the developer tools.',
      'The console shows the errors of the player and of the plugin.',
    ],
  },
] as const;

/** Reasons why no browser was used. */
export const browserNotes = [
  {
    code: 'browser-unavailable',
    severity: 'note',
    message: 'The doctor has played nothing in a browser: {why}.',
    remedy: ['All other findings are complete.', 'Leave --browser out if the machine can have no browser.'],
  },
] as const;
