import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecovery } from '../../../examples/page/player-recovery.js';

describe('createRecovery', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A page whose endpoint is broken until `repair` is called. */
  const page = () => {
    const state = { isWell: false };
    const goOn = vi.fn();
    const renew = vi.fn(() => Promise.resolve());
    const recovery = createRecovery({ isWell: () => state.isWell, renew, goOn });
    const repair = () => {
      state.isWell = true;
      recovery.repaired();
    };
    return { goOn, renew, recovery, repair };
  };

  it('goes on once what was broken is repaired and the token source is renewed, not before', async () => {
    const { goOn, renew, recovery, repair } = page();
    recovery.failed();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(goOn).not.toHaveBeenCalled();
    repair();
    expect(goOn).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(0);
    expect(renew).toHaveBeenCalledOnce();
    expect(goOn).toHaveBeenCalledOnce();
  });

  it('goes on also where the renewal fails', async () => {
    const { goOn, renew, recovery, repair } = page();
    renew.mockRejectedValueOnce(new Error('down'));
    recovery.failed();
    repair();
    await vi.advanceTimersByTimeAsync(0);
    expect(goOn).toHaveBeenCalledOnce();
  });

  it('renews the source of a player that has not failed, and lets it play', async () => {
    const { goOn, renew, repair } = page();
    repair();
    await vi.advanceTimersByTimeAsync(0);
    expect(renew).toHaveBeenCalledOnce();
    expect(goOn).not.toHaveBeenCalled();
  });

  it('goes on after a failure that comes any time after the repair, for it was under way before', async () => {
    const { goOn, recovery, repair } = page();
    repair();
    await vi.advanceTimersByTimeAsync(20_000);
    recovery.failed();
    await vi.advanceTimersByTimeAsync(500);
    expect(goOn).toHaveBeenCalledOnce();
  });

  it('goes on once after a failure that comes while the source is renewed', async () => {
    const { goOn, renew, recovery, repair } = page();
    let renewed = (): void => undefined;
    renew.mockReturnValueOnce(new Promise((resolve) => (renewed = resolve)));
    repair();
    recovery.failed();
    renewed();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(goOn).toHaveBeenCalledOnce();
  });

  it('goes on after each of many failures that come a minute apart', async () => {
    const { goOn, recovery, repair } = page();
    repair();
    for (let count = 0; count < 9; count++) {
      recovery.failed();
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect(goOn).toHaveBeenCalledTimes(9);
  });

  it('gives up after five failures in a row, and begins anew with the next repair', async () => {
    const { goOn, recovery, repair } = page();
    goOn.mockImplementation(() => recovery.failed());
    repair();
    recovery.failed();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(goOn).toHaveBeenCalledTimes(6);
    goOn.mockClear();
    repair();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(goOn).toHaveBeenCalledTimes(6);
  });
});
