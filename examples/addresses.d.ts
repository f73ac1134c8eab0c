/** URLs of the other two servers, without a slash at the end, in a file that the page server makes. */
export const app: string;
export const edge: string;
/** URL at which the doctor answers; nothing where it cannot run. */
export const doctor: string | undefined;
