/** The signing endpoint's clock, as far as it is known. Times are seconds. */
export declare class ServerClock {
    #private;
    /** @param localMs the viewer's clock, in unix ms */
    constructor(localMs: () => number);
    /** The local clock, but it never goes back in a session. Going forward it cannot be told from sleep. */
    sessionNow(): number;
    /** Nobody has confirmed the viewer's clock: no answer has come yet. */
    get isUnconfirmed(): boolean;
    now(): number;
    /**
     * Takes in what an answer tells of the time. The lifetime of a token counts from before its call was sent, so that a
     * slow call never makes it look younger.
     * @param serverNow `NaN` if it told none; @param sentAt by `sessionNow()`; @param expires of the first token to
     * expire
     * @returns when the call was sent, by the endpoint's clock
     */
    correct(serverNow: number, sentAt: number, expires: number): number;
    /** Whether a token that ends at `expires` may have ended on its way to the edge, by this clock or the viewer's. */
    mayHaveExpired(expires: number): boolean;
    /** The edge has refused a token, of which it knows better than a clock that was only assumed whether it has ended. */
    noteRefused(expires: number): void;
}
