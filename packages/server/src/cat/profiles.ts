import type { TagStyle } from './cose-message.ts';

/** A variant of the standard, in which tokens are written. */
export type CatProfile = 'cta' | 'akamai' | 'cloudfront';

export interface Profile {
  /** Name of the query parameter. */
  readonly query: string;
  /** Name of the header, also of the header that carries a renewed token. */
  readonly header: string;
  readonly cookie: string;
  readonly tags: TagStyle;
  /** Whether claims 401 to 404 are written and read. */
  readonly isAws: boolean;
  /** The longest token in bytes that the CDN reads. */
  readonly maxBytes: number;
}

/**
 * Names, tags and numbers that the libraries of these CDNs expect. The standard itself is for sale, and we have not
 * read it. `cta` follows node-cat 0.16 and Fastly's crate 0.3, `akamai` the CAT module 1.0.2 for EdgeWorkers with its
 * defaults, `cloudfront` the documentation of `cf.cwt` of CloudFront Functions and AWS's reference (November 2026).
 */
export const profiles: Readonly<Record<CatProfile, Profile>> = {
  cta: {
    query: 'cat',
    header: 'CTA-Common-Access-Token',
    cookie: 'CTA-Common-Access-Token',
    tags: 'cwt',
    isAws: false,
    maxBytes: Infinity,
  },
  akamai: {
    query: 'CAT',
    header: 'Common-Access-Token',
    cookie: 'Common-Access-Token',
    tags: 'cose',
    isAws: false,
    maxBytes: Infinity,
  },
  cloudfront: {
    query: 'CAT',
    header: 'CTA-Common-Access-Token',
    cookie: 'CTA-Common-Access-Token',
    tags: 'long',
    isAws: true,
    maxBytes: 1024,
  },
};
