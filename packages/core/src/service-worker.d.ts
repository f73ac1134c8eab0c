/** Whether this runs in a service worker, which has the requests of all pages of a site, and outlives them. */
export declare const isServiceWorker: () => boolean;
