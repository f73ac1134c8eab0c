import type { MessagePort as NodePort } from 'node:worker_threads';
import { vi } from 'vitest';

// the real one: fake timers come later
const { setImmediate } = globalThis;
/** Lets messages arrive; several turns, because each may be answered. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
/** Passes time in steps, with the messages that are on their way in each. */
export async function advanceMs(ms: number, step = 100): Promise<void> {
  await settle();
  for (let passed = 0; passed < ms; passed += step) {
    await vi.advanceTimersByTimeAsync(Math.min(step, ms - passed));
    await settle();
  }
}

type Listener = (message: unknown, port: MessagePort | undefined) => void;

/** The open pages of an origin, as `clients` of a worker shows them. */
export class FakePages {
  readonly #open = new Map<string, Listener>();
  readonly #ports: MessagePort[] = [];
  /** Messages that were posted, each with the id of its page. */
  readonly posted: [id: string, message: unknown][] = [];
  readonly claim = vi.fn(() => Promise.resolve());

  open(id: string, listener: Listener = () => undefined): void {
    this.#open.set(id, listener);
  }

  close(id: string): void {
    this.#open.delete(id);
  }

  get(id: string): Promise<object | undefined> {
    return Promise.resolve(this.#open.has(id) ? this.#page(id) : undefined);
  }

  matchAll(): Promise<object[]> {
    return Promise.resolve([...this.#open.keys()].map((id) => this.#page(id)));
  }

  /** Ends all channels: they would keep the process alive. */
  end(): void {
    for (const port of this.#ports) port.close();
  }

  #page(id: string): object {
    const postMessage = (message: unknown, [port]: MessagePort[] = []): void => {
      this.posted.push([id, message]);
      if (port) this.#ports.push(port);
      this.#open.get(id)?.(structuredClone(message), port);
    };
    return { id, postMessage };
  }
}

/** A channel, and all that came out of its other end. */
export function channel(): { port: MessagePort; post: (data: unknown) => void; heard: unknown[]; close: () => void } {
  const { port1, port2 } = new MessageChannel();
  const heard: unknown[] = [];
  port1.onmessage = ({ data }) => heard.push(data);
  (port1 as unknown as NodePort).unref();
  return { port: port2, post: (data) => port1.postMessage(data), heard, close: () => port1.close() };
}
