import type { WorkerSettings } from '../wire/worker-settings.ts';
import { SETTINGS } from '../wire/worker-settings.ts';

/** A `TrustedScriptURL`, made by a policy of the app. */
export interface TrustedScriptUrl {
  toString(): string;
  toJSON(): string;
}

/** The members of Trusted Types that are used here (https://w3c.github.io/trusted-types/dist/spec/). */
interface TrustedTypes {
  isScriptURL(value: unknown): boolean;
  createPolicy(name: string, rules: ScriptUrlRules<string>): ScriptUrlRules<TrustedScriptUrl>;
}
interface ScriptUrlRules<T> {
  createScriptURL(url: string): T;
}

export interface WorkerScript {
  /** The URL that the registered worker has. */
  readonly href: string;
  /** The argument for `ServiceWorkerContainer.register`. */
  readonly url: URL | TrustedScriptUrl;
}

/** The name of our policy, which a page with a `trusted-types` directive has to allow. */
const POLICY = 'secure-token';
/** The policies that exist: a page may forbid a second policy of one name. */
const policies = new WeakMap<TrustedTypes, ScriptUrlRules<TrustedScriptUrl>>();

/** Returns the script of a worker with these settings, in a form that a page with Trusted Types may register. */
export function workerScript(url: string | URL | TrustedScriptUrl, settings: WorkerSettings): WorkerScript {
  const script = new URL(url.toString(), document.baseURI);
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const isTrusted = trustedTypes?.isScriptURL(url) ?? false;
  const written = JSON.stringify(settings);
  // a worker without settings asks its pages, so the URL of the app needs no addition
  const isComplete = written === (script.searchParams.get(SETTINGS) ?? '{}');
  if (isTrusted && isComplete) return { href: script.href, url: url as TrustedScriptUrl };

  script.searchParams.set(SETTINGS, written);
  return { href: script.href, url: (trustedTypes && trustedUrl(trustedTypes, script.href)) ?? script };
}

/**
 * Returns `href` as a trusted value. By specification, the script of a worker has the page's own origin, so no other
 * origin gets in here.
 */
function trustedUrl(trustedTypes: TrustedTypes, href: string): TrustedScriptUrl | undefined {
  try {
    const policy =
      policies.get(trustedTypes) ?? trustedTypes.createPolicy(POLICY, { createScriptURL: (allowed) => allowed });
    policies.set(trustedTypes, policy);
    return policy.createScriptURL(href);
  } catch {
    // The page does not allow this policy. It may have a default policy, or enforce none: the browser decides.
    return undefined;
  }
}
