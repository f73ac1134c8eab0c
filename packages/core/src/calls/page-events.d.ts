/** Listens to the page only while there is a reason: a source that nobody destroys leaks nothing. */
export declare class PageEvents {
    #private;
    constructor(listener: (type: string) => void);
    listenWhile(hasReason: boolean): void;
}
