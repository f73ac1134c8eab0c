import { readFileSync } from 'node:fs';
import { EdgeVM } from '@edge-runtime/vm';
import { firewallEventContext } from './azion-polyfill.ts';

/** The file that is pasted into an Azion function, as it is built. */
export const firewallFile: string = readFileSync('packages/server/dist/azion-firewall.js', 'utf8');

export interface FirewallOutcome {
  /** Every outcome the listener chose: there must be one. */
  readonly chosen: readonly ('continue' | 'respondWith')[];
  /** 200 for what goes on to the content. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Lines that the listener wrote to the console of the function. */
  readonly log: readonly string[];
}

interface FirewallRequest {
  url: string;
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** The JSON arguments of the function instance; `undefined` where there are none. */
  args: unknown;
  /** Unix seconds. */
  now: number;
}

/**
 * A firewall made of Web standards and nothing else. The listener must have chosen when it returns: whatever it does
 * later is not seen.
 */
export function startFirewall(code = firewallFile): (request: FirewallRequest) => FirewallOutcome {
  const vm = new EdgeVM({ initialCode: code });
  return (request) => {
    const outcome: string = vm.evaluate(`(() => {
      const { url, method = 'GET', headers = {}, args, now } = ${JSON.stringify(request)};
      Date.now = () => now * 1000;
      const chosen = [], log = [];
      let response = new Response(null);
      self.__listeners.firewall[0]({
        request: new Request(url, { method, headers }),
        args,
        console: { error: (line) => log.push(line) },
        continue: () => void chosen.push('continue'),
        respondWith: (given) => { chosen.push('respondWith'); response = given; },
        deny: () => void chosen.push('deny'),
      });
      return JSON.stringify({ chosen, status: response.status, headers: Object.fromEntries(response.headers), log });
    })()`);
    return JSON.parse(outcome) as FirewallOutcome;
  };
}

/**
 * Starts the firewall in Azion's own polyfill of the event, as `azion dev` does. There, the listener is found by its
 * text and called for `fetch`, arguments are missing, and `addEventListener` is the runtime's. Resolves to `undefined`
 * without a registry.
 */
export async function startAzionFirewall(
  code = firewallFile,
): Promise<
  | ((request: FirewallRequest) => Promise<{ outcome: string; status: number; headers: Record<string, string> }>)
  | undefined
> {
  const FirewallEventContext = await firewallEventContext();
  if (!FirewallEventContext) return undefined;
  let args: unknown;
  class FirewallEvent extends FirewallEventContext {
    readonly args = args;
  }
  const vm = new EdgeVM({
    extend: (context) => Object.assign(context, { FetchEvent: FirewallEvent, Response }),
    initialCode: code.replace(/addEventListener\((['"]?)firewall\1,/, 'addEventListener("fetch",'),
  });
  return async ({ url, method = 'GET', headers = {}, args: given, now }) => {
    args = given;
    vm.evaluate(`Date.now = () => ${now * 1000}`);
    const response = await vm.dispatchFetch(url, { method, headers });
    const { 'x-azion-outcome': outcome = '', ...rest } = Object.fromEntries(response.headers);
    return { outcome, status: response.status, headers: rest };
  };
}
